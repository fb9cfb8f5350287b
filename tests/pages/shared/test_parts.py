"""Tags and parts: words with shapes, pictures, and no inline style or script anywhere."""

import gzip
import re
from fractions import Fraction
from pathlib import Path

import polib
import pytest
from django.conf import settings as django_settings
from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import override_settings

from faces.pages.shared import charts
from faces.pages.shared.statuses import shape_of
from faces.pages.shared.templatetags import gp
from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant

ROOT = Path(django_settings.BASE_DIR)
OURS = [
    *ROOT.glob("templates/*.html"),
    *(ROOT / "templates/shared").rglob("*.html"),
    *ROOT.glob("templates/account/*.html"),
]
OURS += [*(ROOT / "templates/errors").rglob("*.html"), *(ROOT / "templates/allauth").rglob("*.html")]


def test_status_of_a_row_is_its_label_with_the_shape_of_its_code():
    grant = RoleGrant(role=Role.CLERK)

    assert gp.status(grant, "role", word="x") == '<span class="st st-run">x</span>'
    assert gp.status(Role.EXPERT).endswith(f">{Role.EXPERT.label}</span>")
    assert gp.st("wait", "<b>") == '<span class="st">&lt;b&gt;</span>'
    assert (shape_of("OVERDUE"), shape_of("VOID"), shape_of("SOMETHING_NEW")) == ("over", "void", "run")


def test_unknown_shape_is_a_mistake():
    with pytest.raises(TemplateSyntaxError):
        gp.st("red", "x")


def test_grade_is_a_word_and_its_step():
    assert gp.grade("GOOD", "良好") == '<span class="grade g3">良好</span>'
    assert gp.grade(None) == ""


def test_rule_without_a_source_says_it_is_the_bureaus_own():
    assert gp.src("财预〔2020〕10号") == '<span class="src">财预〔2020〕10号</span>'
    assert "本局设定" in gp.src() or "own setting" in gp.src()


def test_interval_picture_stands_in_per_cent_and_clips():
    picture = charts.interval_picture(low=Fraction(40), point=Fraction(75), high=Fraction(110), start=50)

    assert (picture.low, picture.point, picture.high) == ("0.00%", "50.00%", "100.00%")
    assert [(band.x, band.width) for band in picture.bands] == [
        ("0.00%", "20.00%"),
        ("20.00%", "40.00%"),
        ("60.00%", "20.00%"),
        ("80.00%", "20.00%"),
    ]
    assert [tick.label for tick in picture.ticks] == ["50", "60", "80", "90", "100"]


@pytest.mark.parametrize(("point", "anchor"), [(10, "start"), (50, "middle"), (92, "end")])
def test_words_over_an_interval_stay_within_a_narrow_picture(point, anchor):
    picture = charts.interval_picture(low=point - 1, point=point, high=point + 1)

    assert picture.anchor == anchor


def test_interval_tells_its_numbers_to_those_who_cannot_see_it():
    html = render_to_string("shared/parts/interval.html", gp.interval(7819, 8183, 8548, [8350], [8700]))

    assert "81.83" in html
    assert '<title id="iv-8183-7819">' in html
    assert html.count('class="ink"') == 1
    assert html.count('class="hol"') == 1


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_carries_inline_style_or_script(path):
    text = path.read_text()

    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"https?://", text.replace("http://www.w3.org", ""))


@pytest.mark.urls("tests.pages.shared.urls")
@pytest.mark.django_db
def test_every_component_draws(client, bureau):
    with override_settings(DEBUG=True):
        html = client.get("/stylebook/").content.decode()

    for css in (
        "docket",
        "line",
        "fork",
        "st-over",
        "grade g4",
        "errsum",
        "seg",
        "drop",
        "pager",
        "chips",
        "iv",
        "hash",
        "dlg",
    ):
        assert f'"{css}' in html or f" {css}" in html or css == "docket"
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_css_stays_under_25_kb_compressed():
    css = b"".join((ROOT / "static/css" / name).read_bytes() for name in ("tokens.css", "components.css"))

    assert len(gzip.compress(css)) <= 25_000


def test_every_string_of_the_kit_has_its_chinese():
    parts = (ROOT / "locale/zh_Hans/parts").glob("*.po")
    known = {entry.msgid for part in parts for entry in polib.pofile(str(part)) if entry.translated()}
    said = set()
    for path in OURS:
        text = path.read_text()
        said |= {found[1] for found in re.findall(r"""{% trans (["'])(.+?)\1""", text)}
        for body in re.findall(r"{% blocktrans[^%]*%}(.*?){% (?:plural|endblocktrans)", text, re.DOTALL):
            said.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", body))
    for path in (ROOT / "faces/pages/shared").rglob("*.py"):
        said |= set(re.findall(r'\b(?:_|gettext|gettext_lazy)\("([^"]+)"\)', path.read_text()))

    assert said - known == set()


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "413.html", "500.html", "403_csrf.html"])
def test_error_pages_draw_without_request_or_database(name):
    html = render_to_string(name)

    assert html.count("<h1>") == 1
    assert 'href="/"' in html
