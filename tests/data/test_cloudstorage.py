"""The module `cloudstorage` on a real server that speaks S3: moto's, over HTTP."""

import urllib.request
from urllib.error import HTTPError

import pytest
from lua_node import LuaNode

from runtime.binding import Failure

boto3 = pytest.importorskip("boto3", reason="needs boto3: pip install 'wippy[s3]'")
moto_server = pytest.importorskip("moto.server", reason="needs the S3 server of moto: pip install 'moto[s3,server]'")
KEYS = {"access_key_id": "key", "secret_access_key": "secret"}


@pytest.fixture(scope="module")
def server():
    """Give the URL of a running server."""
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture(scope="module")
def client(server):
    """Give a client of our own, to look at what is there."""
    return boto3.client(
        "s3", region_name="us-east-1", endpoint_url=server, aws_access_key_id="key", aws_secret_access_key="secret"
    )


@pytest.fixture
def s3(server, client, lua: LuaNode, run, tmp_path, request):
    """Give a function that runs a body with a bucket `s` of its own, and a volume `vol`."""
    name = f"bucket-{request.node.name[:40].strip('[]').replace('_', '-').lower()}"
    client.create_bucket(Bucket=name)
    (tmp_path / "files").mkdir()
    lua.add("files", "fs.directory", directory="files")
    lua.add("aws", "config.aws", region="us-east-1", **KEYS)
    lua.add("bucket", "cloudstorage.s3", bucket=name, config="aws", endpoint=server)

    def run_body(body, *arguments):
        opened = 'local s, vol = cloudstorage.get("app:bucket"), fs.get("app:files")'
        return run("cloudstorage fs", f"{opened}\n{body}", *arguments)

    run_body.client, run_body.name = client, name
    return run_body


def test_objects_are_written_read_and_removed(s3, tmp_path):
    body = """
        local ok = s:upload_object("a/ü.txt", "content \\0 of bytes")
        local file = vol:open("copy", "w")
        local down = s:download_object("a/ü.txt", file)
        file:close()
        local part = vol:open("part", "w")
        s:download_object("a/ü.txt", part, {range = "bytes=0-6"})
        part:close()
        local again = s:upload_object("b", vol:open("copy", "r"))
        local gone = s:delete_objects({"a/ü.txt", "never there"})
        return ok, down, vol:readfile("copy"), vol:readfile("part"), again, gone, (s:head_object("a/ü.txt"))
    """
    content = "content \0 of bytes"
    assert s3(body) == [True, True, content, "content", True, True, "nil"]
    assert s3.client.get_object(Bucket=s3.name, Key="b")["Body"].read() == content.encode()


def test_what_is_said_of_an_object_comes_back(s3):
    body = """
        s:upload_object("x", "12345", {content_type = "text/css", cache_control = "max-age=1", content_encoding = "id",
            content_disposition = "inline", metadata = {owner = "me"}, headers = {["x-amz-meta-via"] = "header"}})
        local h = s:head_object("x")
        return h.size, h.content_type, h.cache_control, h.content_encoding, h.content_disposition, h.metadata.owner,
            h.metadata.via, h.headers["content-length"], h.etag == h.headers.etag, h.last_modified > 1700000000
    """
    assert s3(body) == [5, "text/css", "max-age=1", "id", "inline", "me", "header", "5", True, True]


def test_lists_come_in_pages(s3):
    for number in range(7):
        s3.client.put_object(Bucket=s3.name, Key=f"logs/{number}", Body=b"x" * number)
    body = """
        local keys, token, pages = {}, nil, 0
        repeat
            local r = assert(s:list_objects({prefix = "logs/", max_keys = 3, continuation_token = token}))
            for _, o in ipairs(r.objects) do keys[#keys + 1] = o.key .. "=" .. o.size end
            token, pages = r.next_continuation_token, pages + 1
        until not r.is_truncated
        local owner = s:list_objects({prefix = "logs/6", include_owner = true}).objects[1].owner
        return table.concat(keys, " "), pages, #s:list_objects({prefix = "none"}).objects, type(owner.id)
    """
    listed = " ".join(f"logs/{number}={number}" for number in range(7))
    assert s3(body) == [listed, 3, 0, "string"]


def test_versions_are_listed_in_pages(s3):
    s3.client.put_bucket_versioning(Bucket=s3.name, VersioningConfiguration={"Status": "Enabled"})
    body = """
        for i = 1, 3 do s:upload_object("v", "version " .. i) end
        local seen, token, count = {}, nil, 0
        repeat
            local r = assert(s:list_objects({include_versions = true, max_keys = 2, continuation_token = token}))
            for _, o in ipairs(r.objects) do
                if not seen[o.version_id] then count = count + 1 end
                seen[o.version_id] = true
            end
            token = r.next_continuation_token
        until not r.is_truncated
        local _, wrong = s:list_objects({include_versions = true, continuation_token = "x"})
        return count, wrong
    """
    assert s3(body) == [3, "Invalid"]


def test_conditions(s3):
    body = """
        s:upload_object("k", "one")
        local etag = s:head_object("k").etag
        local file = vol:open("f", "w")
        local _, present = s:upload_object("k", "two", {only_if_absent = true})
        local _, any = s:upload_object("k", "two", {if_none_match = "*"})
        local _, unchanged = s:download_object("k", file, {if_none_match = etag})
        local _, other = s:download_object("k", file, {if_match = '"0"'})
        local matching = s:download_object("k", file, {if_match = etag})
        local absent = s:upload_object("new", "x", {only_if_absent = true})
        return present, any, unchanged, other, matching, absent
    """
    assert s3(body) == ["Conflict"] * 4 + [True, True]


def test_urls_that_need_no_keys(s3):
    body = """
        s:upload_object("k", "shared")
        return s:presigned_get_url("k", {expiration = 60}), s:presigned_put_url("up", {content_type = "text/plain"})
    """
    read, write = s3(body)
    assert "X-Amz-Expires=60" in read
    assert urllib.request.urlopen(read).read() == b"shared"
    put = urllib.request.Request(write, b"by url", {"Content-Type": "text/plain"}, method="PUT")
    assert urllib.request.urlopen(put).status == 200
    assert s3.client.get_object(Bucket=s3.name, Key="up")["Body"].read() == b"by url"


def test_mistakes(s3):
    body = """
        local kinds = {}
        local function note(_, err) kinds[#kinds + 1] = err and err:kind() or "done" end
        note(cloudstorage.get(""))
        note(cloudstorage.get("app:none"))
        note(cloudstorage.get("app:files"))
        note(s:upload_object("", "x"))
        note(s:upload_object("k"))
        note(s:upload_object("k", {}))
        note(s:upload_object("k", "x", {metadata = {a = 1}}))
        note(s:upload_object("k", "x", {headers = {a = "b\\r\\nc: d"}}))
        note(s:upload_object("k", vol:open("w", "w")))
        note(s:download_object("k", "path"))
        note(s:download_object("none", vol:open("w", "w")))
        note(s:head_object("none"))
        note(s:delete_objects({"a", ""}))
        note(s:presigned_get_url("k", {expiration = 0}))
        note(s:release() and s:release(), nil)
        note(s:list_objects())
        note(s:download_object("k", vol:open("w", "w")))
        note(s:presigned_put_url("k"))
        return table.unpack(kinds)
    """
    expected = ["Invalid", "NotFound", "Invalid", *["Invalid"] * 5, "Internal", "Invalid", "NotFound", "NotFound"]
    assert s3(body) == [*expected, "Invalid", "Invalid", "done", "Invalid", "Invalid", "Invalid"]


def test_a_bucket_that_is_not_there_and_a_server_that_is_not(s3, lua, server, run):
    lua.add("nobucket", "cloudstorage.s3", bucket="no-such-bucket", config="aws", endpoint=server)
    lua.add("noserver", "cloudstorage.s3", bucket="b", config="aws", endpoint="http://127.0.0.1:9")
    lua.add("noconfig", "cloudstorage.s3", bucket="b", config="files", endpoint=server)
    body = """
        local kinds = {}
        for _, name in ipairs({"nobucket", "noserver", "noconfig"}) do
            kinds[#kinds + 1] = select(2, cloudstorage.get("app:" .. name):list_objects()):kind()
        end
        return table.unpack(kinds)
    """
    assert run("cloudstorage", body) == ["NotFound", "Internal", "Internal"]


def test_keys_do_not_show(s3):
    assert "secret" not in s3("return tostring(s), s:presigned_get_url('k')")[1]
    with pytest.raises(HTTPError):
        urllib.request.urlopen(s3("return s:presigned_get_url('none')")[0])


@pytest.mark.parametrize(
    ("data", "told"),
    [({"bucket": ""}, "it is empty"), ({"bucket": "b", "endpoint": "localhost:9000"}, "no URL of HTTP")],
)
def test_entries_that_cannot_work_are_refused(lua, data, told):
    lua.add("aws", "config.aws", region="us-east-1")
    with pytest.raises(Failure, match=told):
        lua.add("bucket", "cloudstorage.s3", config="aws", **data)
