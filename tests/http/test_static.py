import pytest
from falcon.testing import TestClient
from http_fakes import Node, endpoint, entry, router, service, static

from runtime.files.directory import Directory
from runtime.registry.errors import RegistryError


@pytest.fixture
def files(tmp_path):
    public = tmp_path / "public"
    (public / "docs").mkdir(parents=True)
    (public / "index.html").write_text("<p>front")
    (public / "docs/index.html").write_text("<p>docs")
    (public / "app.js").write_text("let x")
    (public / "data").write_bytes(bytes(range(256)) * 1000)
    (tmp_path / "secret").write_text("secret")
    (public / "out").symlink_to(tmp_path / "secret")
    (public / "up").symlink_to(tmp_path)
    (public / "inside").symlink_to(public / "app.js")
    (public / "dangling").symlink_to(public / "nothing")
    return tmp_path


def client(root, *entries, path="/", **options):
    node = Node({"app:f_it": lambda exchange: exchange.request.path()}, root)
    volume = entry("app:public", "fs.directory", directory="public")
    node.load([volume, service(), router(prefix="/api"), static("site", path, "public", **options), *entries])
    return TestClient(node.application())


def test_files_with_types_and_validators(files):
    http = client(files)
    answer = http.simulate_get("/app.js")
    assert (answer.text, answer.headers["content-type"]) == ("let x", "text/javascript; charset=utf-8")
    assert http.simulate_get("/app.js", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    since = {"If-Modified-Since": answer.headers["last-modified"]}
    assert http.simulate_get("/app.js", headers=since).status_code == 304
    assert http.simulate_get("/inside").text == "let x"
    assert http.simulate_get("/none").status_code == 404


def test_ranges(files):
    http = client(files)
    part = http.simulate_get("/data", headers={"Range": "bytes=256-511"})
    assert (part.status_code, part.content) == (206, bytes(range(256)))
    assert part.headers["content-range"] == "bytes 256-511/256000"
    assert http.simulate_get("/data", headers={"Range": "bytes=-2"}).content == b"\xfe\xff"
    assert http.simulate_get("/data", headers={"Range": "bytes=999999-"}).status_code == 416


@pytest.mark.parametrize("text", ["bytes=5-2", "bytes=0-1,5-6", "bytes=a-b", "lines=1-2", "bytes", ""])
def test_a_range_that_is_none_gives_the_whole(files, text):
    http = client(files)
    answer = http.simulate_get("/data", headers={"Range": text})
    assert (answer.status_code, len(answer.content)) == (200, 256_000)


@pytest.mark.parametrize("text", ["yesterday", "0", "Wed, 21 Oct 99999 07:28:00 GMT", ""])
def test_a_date_that_is_none_does_not_count(files, text):
    assert client(files).simulate_get("/data", headers={"If-Modified-Since": text}).status_code == 200


def test_head(files):
    answer = client(files).simulate_head("/app.js")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "5")


def test_a_directory_gives_its_index(files):
    http = client(files)
    assert http.simulate_get("/").text == "<p>front"
    assert http.simulate_get("/docs/").text == "<p>docs"
    answer = http.simulate_get("/docs")
    assert (answer.status_code, answer.headers["location"]) == (301, "/docs/")


def test_below_a_path(files):
    http = client(files, path="/assets")
    assert http.simulate_get("/assets/app.js").text == "let x"
    assert http.simulate_get("/assets").headers["location"] == "/assets/"
    assert http.simulate_get("/assets/").text == "<p>front"
    assert http.simulate_get("/assetsapp.js").status_code == 404


def test_single_page_application(files):
    http = client(files, spa=True, index="index.html", cache="no-store")
    assert http.simulate_get("/app.js").text == "let x"
    for path in ("/users/7", "/none.js", "/a:b", "/out", "/up/secret"):
        answer = http.simulate_get(path)
        assert (answer.status_code, answer.text) == (200, "<p>front")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/out",
        "/up/secret",
        "/dangling",
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/docs/..%2f..%2fsecret",
        "/%5c..%5csecret",
        "/..%5csecret",
        "//etc/passwd",
        "/%00",
        "/app.js%00.html",
        "/app.js/",
        "/.%2e/.%2e/etc/passwd",
    ],
)
def test_nothing_leaves_the_volume(files, path):
    answer = client(files).simulate_get(path)
    assert answer.status_code in (301, 404)
    assert "secret" not in answer.text


def test_other_methods(files):
    http = client(files)
    answer = http.simulate_post("/app.js")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert http.simulate_options("/app.js").status_code == 204


def test_endpoints_come_first_and_keep_their_405(files):
    http = client(files, endpoint("it", "GET", "/x"), spa=True, index="index.html")
    assert http.simulate_get("/api/x").text == '"/api/x"'
    assert http.simulate_head("/api/x").status_code == 200
    assert http.simulate_post("/api/x").status_code == 405
    assert http.simulate_get("/api/y").text == "<p>front"


def test_a_longer_mount_beats_an_endpoint_for_everything(files):
    http = client(files, router("app:root"), endpoint("it", "GET", "/", router_="root"), path="/assets/")
    assert http.simulate_get("/assets/app.js").text == "let x"
    assert http.simulate_get("/other").text == '"/other"'


def refused(root, **data):
    with pytest.raises(RegistryError) as caught:
        Node(root=root).load([entry("app:public", "fs.directory", **data)])
    return str(caught.value)


def test_refused_directories(files):
    assert "does not exist; create it, or set auto_init: true" in refused(files, directory="none")
    assert "is not a directory" in refused(files, directory="secret")
    assert "is no octal mode" in refused(files, directory="public", mode="rwx")
    assert "unknown base" in refused(files, directory="public", base="moon")


def test_auto_init(files):
    Node(root=files).load([entry("app:new", "fs.directory", directory="a/b", auto_init=True, mode="0700")])
    assert (files / "a/b").is_dir()
    assert (files / "a/b").stat().st_mode & 0o777 == 0o700


def test_a_volume_follows_no_link_out(files):
    volume = Directory(files / "public")
    assert volume.locate("up/public/app.js") == (files / "public/app.js").resolve()
    for path in ("out", "up", "../secret", "/../secret", "a\0b", "app.js/x"):
        assert volume.locate(path) is None
