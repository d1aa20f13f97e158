"""The page of the example application in a real browser."""

import pytest
from apps_browser import WIDE
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser

NARROW = (390, 844)


class Page:
    """The page as a person uses it."""

    def __init__(self, driver, server):
        self.driver = driver
        self.server = server
        self.open()

    def open(self):
        self.driver.get(self.server.url)
        self.until(lambda: self.texts("#events")[0].startswith("Since"))

    def until(self, condition):
        WebDriverWait(self.driver, 10, 0.05).until(lambda _: condition())

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        script = "return [...document.querySelectorAll(arguments[0])].map(each => each.innerText.trim())"
        return self.driver.execute_script(script, selector)

    def shows(self, *titles):
        self.until(lambda: self.texts(".title") == list(titles))

    def add(self, title):
        self.one("#title").send_keys(title, Keys.ENTER)
        self.until(lambda: title in self.texts(".title"))

    def press(self, label):
        self.one(f'button[aria-label="{label}"]').click()

    def tick(self, title):
        box = self.one(f"#todos li:nth-child({self.texts('.title').index(title) + 1}) input")
        wanted = not box.is_selected()
        box.click()
        self.until(lambda: (title in self.texts(".done .title")) == wanted)

    def choose(self, state):
        self.one(f'#filters input[value="{state}"] + span').click()

    def focused(self):
        return self.driver.switch_to.active_element

    def complaints(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


@pytest.fixture
def page(todo, serve, browser):
    return Page(browser, serve(todo))


def test_add_tick_delete_reload_restart(page, todo, serve):
    assert page.one("#empty").is_displayed()
    for title in ("Buy milk", "Write a letter", "<b>Grüße</b> & 世界"):
        page.add(title)
    page.tick("Buy milk")
    page.press("Delete Write a letter")
    page.shows("Buy milk", "<b>Grüße</b> & 世界")
    assert page.texts("#summary") == ["1 open, 1 done"]

    page.driver.refresh()
    page.shows("Buy milk", "<b>Grüße</b> & 世界")
    assert page.texts(".done .title") == ["Buy milk"]
    assert not page.one("#empty").is_displayed()

    assert page.server.end() == 0
    page.server = serve(todo)
    page.open()
    page.shows("Buy milk", "<b>Grüße</b> & 世界")
    page.tick("Buy milk")
    assert page.texts("#summary") == ["2 open, 0 done"]
    assert page.complaints() == []


def test_filters_and_clearing(page):
    for title in ("one", "two", "three"):
        page.add(title)
    page.tick("two")
    page.choose("open")
    page.shows("one", "three")
    page.choose("done")
    page.shows("two")
    page.one("#clear").click()
    page.shows()
    assert page.texts("#empty") == ["Nothing done yet."]
    page.choose("all")
    page.shows("one", "three")
    assert page.texts("#events")[0].endswith("3 added, 1 completed, 1 deleted")
    assert page.complaints() == []


def test_renaming_by_keyboard(page):
    page.add("one")
    page.press("Rename one")
    page.focused().send_keys("another", Keys.ENTER)
    page.shows("another")
    page.until(lambda: page.focused().get_attribute("aria-label") == "Rename another")
    page.focused().send_keys(Keys.ENTER)
    page.focused().send_keys("never", Keys.ESCAPE)
    page.shows("another")
    assert page.complaints() == []


def test_the_keyboard_keeps_its_place(page):
    page.add("one")
    page.add("two")
    assert page.focused().get_attribute("id") == "title"
    page.one('button[aria-label="Delete one"]').send_keys(Keys.ENTER)
    page.shows("two")
    assert page.focused().get_attribute("aria-label") == "Delete two"
    page.focused().send_keys(Keys.ENTER)
    page.shows()
    page.until(lambda: page.focused().get_attribute("id") == "title")


def test_a_server_that_is_gone(page):
    page.add("one")
    assert page.server.end() == 0
    page.one("#title").send_keys("two", Keys.ENTER)
    page.until(lambda: page.one("#problem").is_displayed())
    assert page.texts("#problem") == ["The server cannot be reached. Try again in a moment."]
    assert page.one("#title").get_attribute("value") == "two"
    assert page.texts(".title") == ["one"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_its_window(page, scheme, tmp_path):
    """Also leaves screenshots, for people to look at."""
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    shot(page, tmp_path / f"empty-{scheme}.png", WIDE)
    for title in (
        "Buy milk",
        "Answer the letter of Ms. Grüneberg about the garden",
        "Water the plants " * 8,
        "x" * 200,
    ):
        page.add(title.strip())
    page.tick("Buy milk")
    for name, size in (("wide", WIDE), ("narrow", NARROW)):
        shot(page, tmp_path / f"{name}-{scheme}.png", size)
        assert page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        assert size == NARROW or page.driver.execute_script(
            "return document.documentElement.scrollHeight <= innerHeight"
        )
    ground = page.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, ground.removeprefix("rgb(").rstrip(")").split(","))) / 3
    assert (brightness > 128) == (scheme == "light")
    assert least_contrast(page) >= 4.5


def shot(page, path, size):
    width, height = size
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    page.driver.save_screenshot(str(path))


def least_contrast(page):
    """Give the smallest contrast (WCAG 2) between a text on the page and what is behind it."""
    return page.driver.execute_script(CONTRAST)


CONTRAST = """
const parts = (color) => color.match(/[\\d.]+/g).map(Number);
const light = (color) => {
  const [r, g, b] = parts(color).map((part) => part / 255).map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if (parts(color)[3] !== 0) return color;
  }
};
const texts = [...document.querySelectorAll("h1, p, .title, button, #filters span")]
  .filter((element) => element.innerText.trim() && element.checkVisibility());
return Math.min(...texts.map((element) => {
  const [dark, bright] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}));
"""
