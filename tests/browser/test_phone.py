"""On a phone of 390 px: no page is wider than the screen, controls can be hit, and a stranger's browser redoes a draw."""

import pytest

from tests.browser.test_every_page import pages_of, signed_in

PHONE = {"width": 390, "height": 844}
AUDIENCES = {"supervisor": "/supervisor/", "firm": "/firm/", "expert2": "/expert/", "unit": "/unit/", "": "/public/"}
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 2.2, 2.5.8: a target is 24 by 24 px at least; a link within a sentence may be smaller.
SMALL = """() => [...document.querySelectorAll("button, select, summary, input:not([type=hidden]), nav a")]
    .filter((each) => each.checkVisibility() && !each.closest("label"))
    .map((each) => [each.getBoundingClientRect(), each])
    .filter(([box]) => box.width && (box.width < 24 || box.height < 24))
    .map(([box, each]) => `${each.outerHTML.slice(0, 80)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("username", AUDIENCES, ids=lambda name: name or "stranger")
def test_no_page_is_wider_than_a_phone(open_page, demo_site, username, language):
    page = signed_in(lambda: open_page(**PHONE, has_touch=True, is_mobile=True), demo_site, username)
    page.context.add_cookies([{"name": "gp_language", "value": language, "url": demo_site}])
    faults = []

    for path, answer in pages_of(page, demo_site, AUDIENCES[username]):
        if answer.status != 200:
            continue
        if wide := page.evaluate(WIDE):
            faults.append(f"{path}: {wide} px wider than the screen")
        faults += [f"{path}: small: {each}" for each in page.evaluate(SMALL)]

    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_strangers_phone_redoes_a_draw_and_says_what_was_checked(open_page, demo_site, language):
    page = open_page(**PHONE)
    page.context.add_cookies([{"name": "gp_language", "value": language, "url": demo_site}])
    page.goto(demo_site + "/public/draws/")

    page.click("main tbody a")
    answer = page.locator("[data-verified]")
    answer.wait_for()

    assert answer.get_attribute("data-verified") == "ok"
    words = answer.inner_text()
    assert ("核验通过" if language == "zh-hans" else "OK: ") in words
    assert answer.locator("li").count() >= 4
    assert page.locator("code.cmd").inner_text().startswith("python3 verify_draw.py")
    assert page.evaluate(WIDE) == 0


@pytest.mark.browser
def test_touched_record_is_named_as_such_and_a_missing_one_is_no_verdict(open_page, demo_site):
    page = open_page(**PHONE)
    page.goto(demo_site + "/public/draws/")
    target = page.get_attribute("main tbody a", "href")

    page.route("**/record.json", lambda route: route.fulfill(body='{"type":"gongping/record/1"}'))
    page.goto(demo_site + target)
    page.locator("[data-verified]").wait_for()
    touched = page.inner_text("[data-verified]")
    page.unroute("**/record.json")
    page.route("**/record.json", lambda route: route.fulfill(status=500, body=""))
    page.goto(demo_site + target)
    page.locator("[data-verified]").wait_for()
    missing = page.inner_text("[data-verified]")

    assert "核验未通过" in touched
    assert "告知监督人员" in touched
    assert "记录未能载入" in missing
    assert "核验未通过" not in missing
