"""The module excel: workbooks made, read back, and read from files that others made or damaged."""

import datetime
import io
import zipfile

import openpyxl
import pytest


@pytest.fixture
def excel(lua, run, tmp_path):
    (tmp_path / "files").mkdir()
    lua.add("files", "fs.directory", directory="files")
    return lambda body, *arguments: run("excel fs", f'local vol = fs.get("app:files") {body}', *arguments)


def test_a_workbook_goes_to_a_file_and_back(excel, tmp_path):
    body = """
        local wb = excel.new()
        local index, again = wb:new_sheet("Data"), wb:new_sheet("Data")
        for cell, value in pairs({A1 = "Grüße", b1 = 29.99, C1 = 95.0, D1 = true, AA2 = "=1+1", A3 = 12, A4 = "x"}) do
            assert(wb:set_cell_value("Data", cell, value) == nil)
        end
        wb:set_cell_value("Data", "A4")
        local file = vol:open("a.xlsx", "w")
        assert(wb:write_to(file) == nil)
        file:close()
        local written = wb:get_rows("Data")
        assert(wb:close() == nil and wb:close() == nil)
        wb = excel.open(vol:open("a.xlsx", "r"))
        local rows = wb:get_rows("Data")
        return index, again, wb:get_sheet_list(), #rows, rows[1], rows[2][27], rows[3], #written
    """
    assert excel(body) == [
        1, 1, ["Sheet1", "Data"], 3, ["Grüße", "29.99", "95", "TRUE"], "=1+1", ["12"], 3,
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "files" / "a.xlsx")["Data"]
    assert (sheet["B1"].value, sheet["D1"].value, sheet["AA2"].data_type) == (29.99, True, "s")


def write(tmp_path, name, fill):
    book = openpyxl.Workbook()
    fill(book)
    book.save(tmp_path / "files" / name)


def test_dates_and_formulas_of_others(excel, tmp_path):
    def fill(book):
        sheet = book.active
        sheet["A1"] = datetime.datetime(2024, 5, 6)
        sheet["B1"] = datetime.datetime(2024, 5, 6, 7, 8, 9)
        sheet["C1"] = "=SUM(D1:E1)"
        sheet["D1"] = 1e21

    write(tmp_path, "b.xlsx", fill)
    body = """
        local wb = excel.open(vol:open("b.xlsx", "r"))
        local row = wb:get_rows("Sheet")[1]
        wb:set_cell_value("Sheet", "F1", "more")
        local file = vol:open("c.xlsx", "w")
        wb:write_to(file)
        return row, wb:get_rows("Sheet")[1][6]
    """
    row, more = excel(body)
    assert row == ["2024-05-06", "2024-05-06 07:08:09", "", "1e+21"]
    assert more == "more"
    assert openpyxl.load_workbook(tmp_path / "files" / "c.xlsx").active["C1"].value == "=SUM(D1:E1)"


def test_rows_come_in_batches(excel, tmp_path):
    def fill(book):
        for number in range(1, 26):
            book.active.append([number, None, f"x{number}"] if number != 7 else [])
        book.active["A30"] = None

    write(tmp_path, "d.xlsx", fill)
    body = """
        local function read(cursor)
            local sizes, seen, first = {}, 0, nil
            while true do
                local batch = cursor:read(10)
                if not batch then break end
                sizes[#sizes + 1] = #batch
                first = first or batch
            end
            return sizes, first[1], #first[7], cursor:read()
        end
        local wb = excel.open(vol:open("d.xlsx", "r"))
        local cursor = wb:rows("Sheet")
        local sizes, first, seventh, finish = read(cursor)
        wb:set_cell_value("Sheet", "A1", "changed")
        local changed = wb:rows("Sheet"):read(1)[1][1]
        local _, bad = wb:rows("Sheet"):read(0)
        local _, missing = wb:rows("None")
        cursor:close()
        local _, closed = cursor:read()
        local other = wb:rows("Sheet")
        wb:close()
        local _, with_book = other:read()
        return sizes, first, seventh, finish, changed, bad, missing, closed, with_book
    """
    sizes, *rest = excel(body)
    assert sum(sizes) >= 25
    assert sizes[:2] == [10, 10]
    assert rest == [["1", "", "x1"], 0, "nil", "changed", "Invalid", "Internal", "Internal", "Internal"]


def test_mistakes(excel):
    body = """
        local wb = excel.new()
        local kinds = {}
        local function failing(err) kinds[#kinds + 1] = err:kind() end
        local function second(_, err) failing(err) end
        second(wb:get_rows("None")) failing(wb:set_cell_value("None", "A1", 1))
        failing(wb:set_cell_value("Sheet1", "1A", 1)) failing(wb:set_cell_value("Sheet1", "A0", 1))
        failing(wb:set_cell_value("Sheet1", "ZZZZ1", 1)) failing(wb:set_cell_value("Sheet1", "A9999999", 1))
        failing(wb:set_cell_value("Sheet1", "A1", "\\1")) second(wb:new_sheet("a/b"))
        second(wb:new_sheet(string.rep("x", 32))) failing(wb:write_to("x")) second(excel.open("x"))
        wb:close()
        second(wb:get_sheet_list()) second(wb:new_sheet("x")) failing(wb:set_cell_value("Sheet1", "A1", 1))
        wb = excel.new()
        local invalid = wb:set_cell_value("Sheet1", "A1", {}):kind() .. wb:set_cell_value("Sheet1", "A1", 0 / 0):kind()
        return kinds, invalid
    """
    assert excel(body) == [["Internal"] * 14, "InvalidInvalid"]


def packed(**parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return written.getvalue()


DAMAGED = {
    "empty": b"",
    "text": b"no workbook",
    "zip": packed(a=b"x"),
    "types only": packed(**{"[Content_Types].xml": b"<Types/>"}),
    "not xml": packed(**{"[Content_Types].xml": b"\0", "xl__workbook.xml": b"\0"}),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_files_that_are_none(excel, tmp_path, name):
    (tmp_path / "files" / "x").write_bytes(DAMAGED[name])
    body = """
        local wb, err = excel.open(vol:open("x", "r"))
        if wb then _, err = wb:get_sheet_list() end
        return err
    """
    assert excel(body) == ["Internal"]


def test_a_bomb_is_not_unpacked(excel, tmp_path, monkeypatch):
    monkeypatch.setattr("runtime.spreadsheets.workbook.MAX_UNPACKED", 1 << 20)
    (tmp_path / "files" / "x").write_bytes(packed(**{"[Content_Types].xml": b"\0" * (2 << 20)}))
    assert excel('return excel.open(vol:open("x", "r"))') == ["nil", "Internal"]
