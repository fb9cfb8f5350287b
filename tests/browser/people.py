"""People in a browser: each has a window of his own and does what a person does: reads, follows links, presses buttons."""

import re
from urllib.parse import urlsplit

PASSWORD = "gongping-2020"


class Somebody:
    """One person at one device. Every step fails with the words of the page where it could not be done."""

    def __init__(self, open_page, site, username="", *, password=PASSWORD, width=1366):
        self.site, self.username, self.clicks = site, username, 0
        self.page = open_page(width=width)
        self.page.on("dialog", lambda dialog: dialog.accept())
        if username:
            self.open("/accounts/login/")
            self.fill(login=username, password=password)
            self.page.press("input[name=password]", "Enter")
            self.page.wait_for_url(lambda url: "/login" not in url)

    def open(self, path):
        """Go to an address, as by a bookmark."""
        answer = self.page.goto(self.site + path)
        assert answer is None or answer.status < 400, f"{path} answers {answer.status}: {self.text()[:300]}"
        return self

    @property
    def path(self):
        return urlsplit(self.page.url).path

    def text(self):
        return self.page.inner_text("body")

    def sees(self, *words):
        text = self.text()
        for word in words:
            assert word in text, f"{self.username} at {self.path} does not see {word!r}: {text[:1500]}"
        return self

    def misses(self, *words):
        text = self.text()
        for word in words:
            assert word not in text, f"{self.username} at {self.path} still sees {word!r}"
        return self

    def follow(self, words, *, within="main", exact=True, stays=False):
        """Follow the first visible link with these words; ``stays`` where it leads to no page but to a file."""
        return self._click("link", words, within, exact=exact, stays=stays)

    def press(self, words, *, within="main", exact=True, stays=False):
        """Press the first visible button with these words, and see that nothing was refused.

        ``stays`` where a script answers and no page follows.
        """
        self._click("button", words, within, exact=exact, stays=stays)
        wrong = self.page.locator(".errsum")
        assert not wrong.count(), f"{self.username} pressed {words!r} at {self.path}: {wrong.first.inner_text()}"
        return self

    def _click(self, role, words, within, *, exact, stays):
        name = re.compile(rf"^\s*{re.escape(words)}") if not exact else words
        found = self.page.locator(within).first.get_by_role(role, name=name, exact=exact)
        shown = [found.nth(place) for place in range(found.count()) if found.nth(place).is_visible()]
        assert shown, f"{self.username} finds no {role} {words!r} at {self.path}: {self.text()[:2500]}"
        self.clicks += 1
        if stays:
            shown[0].click()
            return self
        with self.page.expect_navigation():  # the next step would cancel a form that is still on its way
            shown[0].click()
        return self

    def fill(self, **fields):
        """Fill named fields: text, choices, ticks, and files given as (name, type, content)."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']").first
            assert field.count(), f"{self.username} finds no field {name!r} at {self.path}: {self.text()[:1500]}"
            kind = field.get_attribute("type")
            if isinstance(value, tuple):
                file_name, mime, content = value
                field.set_input_files({"name": file_name, "mimeType": mime, "buffer": content})
            elif kind in {"radio", "checkbox"}:
                wanted = self.page.locator(f"[name='{name}']" + (f"[value='{value}']" if value is not True else ""))
                wanted.first.check(force=True)
            elif field.evaluate("each => each.tagName") == "SELECT":
                chosen = field.locator("option", has_text=value).first if value else None
                field.select_option(chosen.get_attribute("value") if chosen and chosen.count() else value)
            else:
                field.fill(str(value))
        return self
