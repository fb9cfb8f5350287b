"""Every paper against its written sample: each field on the page, embedded type, no script, small, the same twice."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from faces.documents import (
    approval_form,
    certificate,
    commission_letter,
    contact_list,
    draw_record,
    invitation,
    meeting,
    opinion_form,
    panel_opinion,
    rating_sheet,
    recusal_declaration,
    sanction_letter,
)
from faces.documents.dates import in_words, to_the_minute
from faces.documents.kit import money, ten_thousands
from tests.documents import samples

PAPERS: dict[str, tuple[Callable[[Any], bytes], Any]] = {
    "委托书": (commission_letter.build, samples.LETTER),
    "抽取记录表": (draw_record.build, samples.DRAW),
    "报告质量评分表": (rating_sheet.build, samples.RATING),
    "呈批表": (approval_form.build, samples.APPROVAL),
    "专家个人意见表": (opinion_form.build, samples.OPINION),
    "专家组意见": (panel_opinion.build, samples.PANEL),
    "培训证书": (certificate.build, samples.CERTIFICATE),
    "评审会通知": (meeting.build_notice, samples.NOTICE),
    "评审邀请函": (invitation.build, samples.INVITATION),
    "签到表": (meeting.build_sign_in, samples.SIGN_IN),
    "回避申报表": (recusal_declaration.build, samples.RECUSAL),
    "通讯录": (contact_list.build, samples.CONTACTS),
    "事先告知书": (sanction_letter.build, samples.SANCTION),
}
ONE_PAGE = {
    "抽取记录表",
    "呈批表",
    "专家个人意见表",
    "专家组意见",
    "培训证书",
    "评审会通知",
    "签到表",
    "回避申报表",
    "通讯录",
    "事先告知书",
}
MOST_BYTES = 200_000


def printed(facts: Any) -> Iterator[str]:
    """Yield what each field must look like on paper."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        yield from _printed(field.name, value)


def _printed(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, str):
        yield from value.split("\n")
    elif name.endswith("_cents"):
        yield money(value) if name == "fee_cents" else ten_thousands(value)
    elif isinstance(value, datetime):
        yield to_the_minute(value)
    elif isinstance(value, date):
        yield in_words(value)
    elif isinstance(value, int):
        yield str(value)
    elif is_dataclass(value):
        yield from printed(value)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _printed(name, part)


@pytest.mark.parametrize("name", PAPERS)
def test_paper_shows_every_field_of_its_sample(name: str, words: Callable[[bytes], str]) -> None:
    build, facts = PAPERS[name]

    text = words(build(facts))

    missing = [value for value in printed(facts) if "".join(value.split()) not in text]
    assert missing == []
    assert f"第1页，共{1 if name in ONE_PAGE else ''}" in text


@pytest.mark.edge("E18")
@pytest.mark.parametrize("name", PAPERS)
def test_paper_embeds_its_type_and_carries_no_script(name: str) -> None:
    build, facts = PAPERS[name]

    paper = build(facts)
    reader = PdfReader(BytesIO(paper))

    for page in reader.pages:
        sides = sorted(round(float(side)) for side in (page.mediabox.width, page.mediabox.height))
        assert sides == [595, 842]  # A4 in points, upright or across
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]
            assert "/ToUnicode" in font.get_object()
    root: Any = reader.trailer["/Root"]
    assert "/OpenAction" not in root or "/JS" not in str(root["/OpenAction"])
    assert "/Names" not in root or "/JavaScript" not in root["/Names"]
    assert b"/JavaScript" not in paper
    assert len(paper) < MOST_BYTES


@pytest.mark.parametrize("name", PAPERS)
def test_paper_is_the_same_twice(name: str) -> None:
    build, facts = PAPERS[name]

    assert build(facts) == build(facts)


def test_papers_pressed_at_once_do_not_mix() -> None:
    jobs = [(build, facts) for _ in range(3) for build, facts in PAPERS.values()]
    alone = [build(facts) for build, facts in jobs]

    with ThreadPoolExecutor(max_workers=6) as pool:
        together = list(pool.map(lambda job: job[0](job[1]), jobs))

    assert together == alone


@pytest.mark.parametrize("name", sorted(ONE_PAGE))
def test_paper_of_usual_size_takes_one_page(name: str) -> None:
    build, facts = PAPERS[name]

    assert len(PdfReader(BytesIO(build(facts))).pages) == 1


@pytest.mark.parametrize("name", ["委托书", "培训证书", "评审会通知"])
def test_paper_leaves_a_place_for_the_seal(name: str, words: Callable[[bytes], str]) -> None:
    build, facts = PAPERS[name]

    paper = build(facts)

    assert "盖章处" in words(paper)
    assert all(not page.images for page in PdfReader(BytesIO(paper)).pages)


def test_commission_letter_keeps_the_order_of_an_official_letter(words: Callable[[bytes], str]) -> None:
    text = words(commission_letter.build(samples.LETTER))
    plain = commission_letter.build(replace(samples.LETTER, address=""))

    assert "扫码进入本任务" in text
    assert len(commission_letter.build(samples.LETTER)) > len(plain)  # the code itself

    parts = [
        "济南市历城区财政局",
        "济历城财绩函〔2020〕18号",
        "关于委托开展",
        "泉衡绩效评价咨询有限公司（演示）：",
        "根据",
        "附件：1.",
        "2020年8月5日",
        "抄送：区住房和城乡建设局",
    ]
    places = [text.find(part) for part in parts]

    assert places == sorted(places)
    assert -1 not in places


def test_draw_record_says_unwitnessed_only_without_a_receipt(words: Callable[[bytes], str]) -> None:
    alone = words(draw_record.build(samples.DRAW))
    witnessed = words(draw_record.build(replace(samples.DRAW, witness="公证处收据 2020-118 号，2020年10月13日 10:02")))

    assert "UNWITNESSED" in alone
    assert "UNWITNESSED" not in witnessed
    assert "公证处收据2020-118号" in witnessed


def test_draw_record_shows_the_start_of_a_long_order_and_counts_the_rest(words: Callable[[bytes], str]) -> None:
    text = words(draw_record.build(replace(samples.DRAW, order=tuple(range(1, 301)))))

    assert "其余100位见公开记录（JSON）" in text


def test_draw_record_says_why_it_is_void(words: Callable[[bytes], str]) -> None:
    void = replace(
        samples.DRAW,
        void_reason="监督方在 30 分钟内未揭示",
        seed="",
        order=(),
        seated=(),
        skipped=(),
        sealed_alternates=0,
    )

    text = words(draw_record.build(void))

    assert "作废VOID：监督方在30分钟内未揭示" in text
    assert "种子未形成" in text


def test_rating_sheet_prints_adjustments_with_their_source(words: Callable[[bytes], str]) -> None:
    moved = replace(
        samples.RATING,
        adjustments=(
            rating_sheet.Adjustment("净逾期 2 个工作日", "", "-2.00"),
            rating_sheet.Adjustment("申诉改分", "申诉〔2020〕3号", "+0.50"),
        ),
    )

    text = words(rating_sheet.build(moved))

    assert "净逾期2个工作日本局设定-2.00" in text
    assert "申诉改分申诉〔2020〕3号+0.50" in text


@pytest.mark.parametrize("score", ["0", "59.99", "100"])
def test_rating_sheet_draws_any_score(score: str, words: Callable[[bytes], str]) -> None:
    text = words(rating_sheet.build(replace(samples.RATING, score=score, low="-3.2", high="104")))

    assert f"得分{score}，" in text


def test_opinion_form_prints_blank_for_filling_by_hand(words: Callable[[bytes], str]) -> None:
    items = tuple(opinion_form.ItemScore(item.name, item.weight) for item in samples.OPINION.items)
    blank = replace(
        samples.OPINION,
        items=items,
        total="",
        findings=(),
        conclusion="",
        closing_question="",
        submitted_on=None,
        on_behalf="",
    )

    text = words(opinion_form.build(blank))

    assert "未提交" in text
    assert "17.0" not in text
    assert "代录：无" in text


def test_recusal_declaration_marks_answers(words: Callable[[bytes], str]) -> None:
    text = words(recusal_declaration.build(samples.RECUSAL))

    assert text.count("□是■否") == 2
    assert text.count("■是□否") == 1


def test_recusal_declaration_prints_blank_for_filling_by_hand(words: Callable[[bytes], str]) -> None:
    questions = tuple(recusal_declaration.QuestionLine(line.question) for line in samples.RECUSAL.questions)

    text = words(
        recusal_declaration.build(
            replace(samples.RECUSAL, questions=questions, declared_on=None, words="", decision="")
        )
    )

    assert text.count("□是□否") == 3


def test_recusal_declaration_marks_can_be_told_apart_without_colour() -> None:
    marks = {answer: recusal_declaration._marks(answer=answer) for answer in (True, False, None)}

    assert marks == {True: "■ 是  □ 否", False: "□ 是  ■ 否", None: "□ 是  □ 否"}


def test_approval_form_names_the_delegate_and_leaves_room_for_the_waiting_step(words: Callable[[bytes], str]) -> None:
    text = words(approval_form.build(samples.APPROVAL))

    assert "周㛃代郑伯庸授权〔2020〕2号，至8月15日" in text
    assert "钱望舒年月日" in text


def test_panel_opinion_writes_dissent_or_says_there_is_none(words: Callable[[bytes], str]) -> None:
    assert "「核减幅度偏大，会影响公益性岗位的兑现。」" in words(panel_opinion.build(samples.PANEL))
    assert "六、不同意见无。" in words(panel_opinion.build(replace(samples.PANEL, dissent=())))


def test_notice_may_go_to_firm_and_unit_so_it_names_no_expert(words: Callable[[bytes], str]) -> None:
    text = words(meeting.build_notice(samples.NOTICE))

    assert "林𬭎" not in text


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (0, "0 万元"),
        (1_000_000, "1 万元"),
        (37_630_000_000, "37,630 万元"),
        (1_234_567, "1.234567 万元"),
        (1_500_000, "1.5 万元"),
    ],
)
def test_ten_thousands_prints_exact_amounts(cents: int, expected: str) -> None:
    assert ten_thousands(cents) == expected


def test_money_prints_cents() -> None:
    assert money(1_234_567) == "12,345.67 元"
