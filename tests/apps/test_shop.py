"""A whole application under `wippy serve`: users, tokens, roles, orders, invoices, a cache, an audit, and its data."""

from __future__ import annotations

import itertools
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from apps_servers import SHOP, Answer, Server

PASSWORD = "a long password"
names = (f"customer {number}" for number in itertools.count(1))
teas = (f"tea {number}" for number in itertools.count(1))


class Visitor:
    """Somebody who uses the shop, logged in or not."""

    def __init__(self, shop: Server, name: str = "", password: str = PASSWORD, **options: Any) -> None:
        self.shop = shop
        self.headers: dict[str, str] = {}
        if name:
            answer = shop.ask("POST", "/login", {"name": name, "password": password, **options})
            assert answer.status == 200, answer.text
            self.headers = {"Authorization": f"Bearer {answer.json['token']}"}

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return self.shop.ask(method, path, body, self.headers)

    def order(self, product: int, quantity: int = 1, **more: Any) -> Answer:
        return self.ask("POST", "/api/orders", {"product": product, "quantity": quantity, **more})


def customer(shop: Server) -> Visitor:
    name = next(names)
    assert shop.ask("POST", "/users", {"name": name, "password": PASSWORD}).status == 201
    return Visitor(shop, name)


def query(shop: Server, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Look into the database of the running shop."""
    with sqlite3.connect(shop.project / "data" / "shop.db", timeout=10) as connection:
        found = connection.execute(statement, parameters).fetchall()
    connection.close()
    return found


def eventually(condition: Any, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def admin(shop: Server) -> Visitor:
    eventually(lambda: shop.ask("GET", "/health").status == 200)
    return Visitor(shop, "admin", "administrator")


@pytest.fixture(scope="module")
def clerk(shop: Server, admin: Visitor) -> Visitor:
    shop.ask("POST", "/users", {"name": "clerk", "password": PASSWORD})
    connection = sqlite3.connect(shop.project / "data" / "shop.db", timeout=10)
    with connection:
        connection.execute("UPDATE users SET role = 'clerk' WHERE name = 'clerk'")
    connection.close()
    return Visitor(shop, "clerk")


def tea(admin: Visitor, stock: int = 100, price: int = 250) -> int:
    answer = admin.ask("POST", "/api/products", {"name": next(teas), "price": price, "stock": stock})
    assert answer.status == 201, answer.text
    return int(answer.json["id"])


def test_the_application_is_not_a_small_one():
    entries = yaml.safe_load((SHOP / "src" / "_index.yaml").read_text())["entries"]
    assert len(entries) >= 25
    assert len({entry["kind"] for entry in entries}) >= 15


def test_an_order_from_the_shelf_to_the_door(shop, admin, clerk):
    product, buyer = tea(admin), customer(shop)
    placed = buyer.order(product, 3, note="<b>quick</b>")
    assert (placed.status, placed.json["total"]) == (201, 750)
    number = placed.json["id"]
    eventually(lambda: buyer.ask("GET", f"/api/orders/{number}").json["status"] == "invoiced")
    assert query(shop, "SELECT amount FROM invoices WHERE order_id = ?", number) == [(750,)]
    assert query(shop, "SELECT stock FROM products WHERE id = ?", product) == [(97,)]

    page = buyer.ask("GET", f"/api/orders/{number}/page")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "The Tea Shop" in page.text
    assert "&lt;b&gt;quick&lt;/b&gt;" in page.text

    assert clerk.ask("POST", f"/api/orders/{number}/ship").json == {"id": number, "status": "shipped"}
    assert clerk.ask("POST", f"/api/orders/{number}/ship").status == 409
    assert buyer.ask("GET", "/api/orders").json["orders"] == [{"id": number, "total": 750, "status": "shipped"}]

    path = f"/orders/{number}"
    eventually(lambda: len(query(shop, "SELECT kind FROM audit WHERE path = ?", path)) == 3)
    trail = [event["kind"] for event in admin.ask("GET", "/api/audit").json["events"] if event["path"] == path]
    assert trail == ["order.placed", "order.invoiced", "order.shipped"]


def test_no_more_is_sold_than_there_is(shop, admin):
    product = tea(admin, stock=10)
    buyers = [customer(shop) for _ in range(4)]
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda number: buyers[number % 4].order(product, 1), range(24)))
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [201] * 10 + [409] * 14
    assert query(shop, "SELECT stock FROM products WHERE id = ?", product) == [(0,)]
    sold = "SELECT count(*) FROM orders WHERE product_id = ?"
    assert query(shop, sold, product) == [(10,)]
    billed = "SELECT count(*) FROM invoices JOIN orders ON orders.id = order_id WHERE product_id = ?"
    eventually(lambda: query(shop, billed, product) == [(10,)])


def test_roles_decide_what_somebody_may_do(shop, admin, clerk):
    product, buyer, other = tea(admin), customer(shop), customer(shop)
    number = buyer.order(product).json["id"]
    path = f"/api/orders/{number}"
    assert [visitor.ask("GET", path).status for visitor in (buyer, other, clerk, admin)] == [200, 404, 200, 200]
    assert [visitor.ask("POST", f"{path}/ship").status for visitor in (buyer, other)] == [403, 403]
    new = {"name": "stolen", "price": 1, "stock": 1}
    assert [visitor.ask("POST", "/api/products", new).status for visitor in (buyer, clerk)] == [403, 403]
    assert [visitor.ask("GET", "/api/audit").status for visitor in (buyer, clerk, admin)] == [403, 403, 200]
    assert query(shop, "SELECT count(*) FROM products WHERE name = 'stolen'") == [(0,)]
    assert clerk.ask("GET", "/api/me").json == {"name": "clerk", "role": "clerk"}


def test_only_those_who_are_logged_in_come_in(shop, admin):
    visitor = customer(shop)
    assert visitor.ask("GET", "/api/me").status == 200
    token = visitor.headers["Authorization"].removeprefix("Bearer ")
    name, signature = token.split(".")
    other_name, _ = Visitor(shop, "admin", "administrator").headers["Authorization"].removeprefix("Bearer ").split(".")
    wrong = ["", "x", name, f"{name}.", f"{name}.{signature[:-4]}", f"{other_name}.{signature}", f"{token}x", "é"]
    for forged in wrong:
        headers = {"Authorization": f"Bearer {forged}".encode().decode("latin-1")}
        assert shop.ask("GET", "/api/me", None, headers).status == 401, forged
    assert shop.ask("GET", "/api/me").status == 401

    assert visitor.ask("POST", "/api/logout").status == 200
    assert visitor.ask("GET", "/api/me").status == 401


def test_a_token_expires(shop, admin):
    visitor = Visitor(shop, "admin", "administrator", expiration="300ms")
    eventually(lambda: visitor.ask("GET", "/api/me").status == 401, 5)


def test_names_and_passwords(shop, admin):
    name = next(names)
    register = {"name": name, "password": PASSWORD}
    assert [shop.ask("POST", "/users", register).status for _ in range(2)] == [201, 409]
    assert shop.ask("POST", "/users", {"name": "x", "password": "short"}).status == 400
    for wrong in ({"name": name, "password": "another one"}, {"name": "' OR 1=1 --", "password": PASSWORD}):
        assert shop.ask("POST", "/login", wrong).status == 401
    [(kept,)] = query(shop, "SELECT password FROM users WHERE name = ?", name)
    assert PASSWORD not in kept


@pytest.mark.parametrize(
    "body", ["", "no json", "[]", {"product": 1}, {"product": "1", "quantity": 1}, {"product": 1, "quantity": 0}]
)
def test_what_makes_no_sense_is_refused(shop, admin, body):
    assert customer(shop).ask("POST", "/api/orders", body).status == 400


def test_the_list_is_kept_in_the_cache_until_it_changes(shop, admin):
    product = tea(admin, stock=5)

    def stock() -> int:
        listed = shop.ask("GET", "/products").json["products"]
        return int(next(each["stock"] for each in listed if each["id"] == product))

    assert stock() == 5
    connection = sqlite3.connect(shop.project / "data" / "shop.db", timeout=10)
    with connection:
        connection.execute("UPDATE products SET stock = 50 WHERE id = ?", (product,))
    connection.close()
    assert stock() == 5
    assert customer(shop).order(product, 2).status == 201
    assert stock() == 48


def test_nothing_went_wrong_on_the_way(shop, admin):
    wrong = [line for line in shop.log.splitlines() if "error" in line.lower() or "Traceback" in line]
    assert wrong == []
