"""From the rows of a sanction or a hand-over to its paper, in Chinese whatever the reader's language."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils import translation

from appraisals.enums import RunningTasks, SanctionKind, SanctionPaper
from appraisals.models import HandOver, LiftingApplication, Sanction, SanctionReply, TalkRecord
from appraisals.selectors import party_name, work_number, work_title
from faces.documents.dates import in_words
from faces.documents.sanction_letter import Part, SanctionLetter, build
from foundation.papers.models import Paper
from foundation.rulesets.selectors import rules_for
from foundation.workdays.selectors import add_workdays

CHINESE: Final = "zh-hans"
OWN_SETTING: Final = "本局设定"
LATER: Final = "另行通知"
HEADS: Final = {
    SanctionPaper.NOTICE: ("事先告知书", "告知"),
    SanctionPaper.DECISION: ("处理决定书", "决定"),
    SanctionPaper.TALK: ("约谈通知书", "约谈"),
    SanctionPaper.TALK_RECORD: ("约谈记录", "约谈记录"),
    SanctionPaper.LIFTING: ("解除暂停决定书", "解除"),
    SanctionPaper.REVOCATION: ("撤销决定书", "撤销"),
    SanctionPaper.HAND_OVER: ("移送函", "移送"),
}
CHOICES: Final = {
    RunningTasks.FINISH: "继续完成",
    RunningTasks.HAND_OVER: "移交他方承担",
    RunningTasks.STOP: "中止",
}
SCOPE: Final = "本处理只在本局名录（专家库）内有效，不涉及其他地区和其他部门的活动。"


def number_of(kind: SanctionPaper, paper: Paper | None) -> str:
    """Return the paper's own number, beside the office's 文号 where it has one; a preview has none yet."""
    word = HEADS[kind][1]
    if paper is None:
        return f"{word}〔    〕  号（预览）"
    own = f"{word}〔{paper.year}〕{paper.number}号"
    return f"{paper.letter_number}（{own}）" if paper.letter_number else own


def sanction_paper(row: Sanction, kind: SanctionPaper, paper: Paper | None, *, on: date) -> bytes:
    """Return the paper of ``kind`` of a sanction as PDF, dated ``on``."""
    makers = {
        SanctionPaper.NOTICE: _notice,
        SanctionPaper.DECISION: _decision,
        SanctionPaper.TALK: _call,
        SanctionPaper.TALK_RECORD: _talk,
        SanctionPaper.LIFTING: _lifting,
        SanctionPaper.REVOCATION: _revocation,
    }
    with translation.override(CHINESE):
        return build(makers[kind](row, number_of(kind, paper), on))


def hand_over_letter(row: HandOver, *, on: date) -> bytes:
    """Return the letter by which facts go to another authority, as PDF, dated ``on``."""
    name, code = party_name(row), row.firm.organisation.uscc if row.firm else ""
    with translation.override(CHINESE):
        return build(
            SanctionLetter(
                bureau=row.bureau.name,
                kind="移送函",
                number=number_of(SanctionPaper.HAND_OVER, row.paper),
                title=f"关于移送{name}有关问题线索的函",
                addressee=row.addressee,
                opening=[
                    f"本局在预算绩效管理工作中发现，{name}{f'（统一社会信用代码 {code}）' if code else ''}存在下列情形。"
                ],
                parts=[
                    Part("一、事实", quoted=row.words),
                    Part("二、依据", [row.basis]),
                    Part(
                        "三、移送事项",
                        ["上述情形不属于本局职权范围。现将有关线索及证据移送贵单位依法处理，处理结果请函告本局。"],
                    ),
                    Part("四、证据清单", listed=list(row.evidence)),
                ],
                signed_on=on,
                receipt=True,
            )
        )


def _you(row: Sanction) -> str:
    return "你单位" if row.firm_id else "您"


def _basis(row: Sanction, key: str, on: date) -> str:
    return row.basis or rules_for(bureau=row.bureau, on=on).source(key) or OWN_SETTING


def _measure(row: Sanction, on: date) -> str:
    """Return what is done, in words, with its first and its first free day."""
    begins = row.started_on
    if row.kind == SanctionKind.REMOVAL:
        years = rules_for(bureau=row.bureau, on=begins or on).value("removal_years")
        again = f"，{in_words(row.ends_on)}起可以重新申请" if row.ends_on else ""
        return f"移出本局名录，{years}年内不再列入{again}"
    work = "承接本局委托的绩效评价任务" if row.firm_id else "参加本局组织的评审"
    if begins and row.ends_on:
        return f"暂停{work}{row.months}个月，自{in_words(begins)}起，{in_words(row.ends_on)}期满"
    return f"暂停{work}{row.months}个月"


def _tasks(row: Sanction) -> list[str]:
    joins = "assignment__task", "assignment__re_review__evaluation"
    rows = row.tasks.select_related(*joins).order_by("assignment_id")
    return [
        f"{work_number(one.assignment)} {work_title(one.assignment)}：{CHOICES[RunningTasks(one.choice)]}"
        for one in rows
    ]


def _tasks_part(number: str, row: Sanction) -> list[Part]:
    found = _tasks(row)
    return [Part(f"{number}、在办任务", listed=found)] if found else []


def _notice(row: Sanction, number: str, on: date) -> SanctionLetter:
    you = _you(row)
    days = int(rules_for(bureau=row.bureau, on=on).value("reply_workdays"))
    until = row.reply_until or add_workdays(on, days)
    hearing = (
        f"{you}可以自收到本告知书之日起{days}个工作日内（至{in_words(until)}，含当日）向本局陈述、申辩并提交证据，"
        "可以在系统中填写，也可以递交书面材料。期满未提出的，本局依程序作出决定。"
    )
    return SanctionLetter(
        bureau=row.bureau.name,
        kind="事先告知书",
        number=number,
        title="处理事先告知书",
        addressee=party_name(row),
        opening=[f"经查，{you}存在下列情形，本局拟作出处理。现将事实、依据和拟作出的处理告知如下："],
        parts=[
            Part("一、事实", quoted=row.reason),
            Part("二、依据", [_basis(row, "removal_years", on)]),
            Part("三、拟作出的处理", [f"{_measure(row, on)}。", SCOPE]),
            *_tasks_part("四", row),
            Part("陈述和申辩", [hearing]),
        ],
        signed_on=on,
        receipt=True,
    )


def _heard(row: Sanction) -> list[str]:
    reply = SanctionReply.objects.filter(sanction=row).first()
    if row.told_on is None:
        return []
    told = f"本局已于{in_words(row.told_on)}事先告知{_you(row)}。"
    if reply is None:
        return [f"{told}{_you(row)}在期限内未提出陈述申辩。"]
    return [f"{told}{_you(row)}于{in_words(reply.given_on)}提出陈述申辩，本局意见：{reply.answer}"]


def _decision(row: Sanction, number: str, on: date) -> SanctionLetter:
    key = "removal_years" if row.kind == SanctionKind.REMOVAL else "suspension_months_most"
    after: list[str] = []
    if row.needs_application and row.ends_on:
        test = "、期间通过测试的证书" if row.needs_test else ""
        after = [f"期满后不自动恢复，须提出解除申请并重新签署承诺书{test}，经本局同意后恢复。"]
    elif row.kind == SanctionKind.SUSPENSION:
        after = ["期满自动恢复，不需要申请。"]
    title = "移出名录决定书" if row.kind == SanctionKind.REMOVAL else "暂停处理决定书"
    return SanctionLetter(
        bureau=row.bureau.name,
        kind="处理决定书",
        number=number,
        title=title,
        addressee=party_name(row),
        opening=[f"关于{_you(row)}有关情形的处理，本局决定如下："],
        parts=[
            Part("一、事实", _heard(row), quoted=row.reason),
            Part("二、依据", [_basis(row, key, row.started_on or on)]),
            Part("三、决定", [f"{_measure(row, on)}。", *after, SCOPE]),
            *_tasks_part("四", row),
        ],
        signed_on=on,
        receipt=True,
        note="对本决定有异议的，可以向本局书面提出。",
    )


def _call(row: Sanction, number: str, on: date) -> SanctionLetter:
    pairs = [
        ("时间", in_words(row.talk_on) if row.talk_on else LATER),
        ("地点", row.talk_place or LATER),
        ("参加人", "主要负责人和有关项目负责人" if row.firm_id else "本人"),
    ]
    return SanctionLetter(
        bureau=row.bureau.name,
        kind="约谈通知书",
        number=number,
        title="约谈通知书",
        addressee=party_name(row),
        opening=[f"因下列事项，本局决定对{_you(row)}进行约谈。"],
        pairs=pairs,
        parts=[
            Part("一、约谈事项", quoted=row.reason),
            Part("二、依据", [_basis(row, "removal_years", on)]),
            Part("三、要求", ["请准备有关说明材料，按时参加；不能参加的，请事先说明理由并商定时间。", SCOPE]),
        ],
        signed_on=on,
        receipt=True,
    )


def _talk(row: Sanction, number: str, on: date) -> SanctionLetter:
    talk = TalkRecord.objects.get(sanction=row)
    return SanctionLetter(
        bureau=row.bureau.name,
        kind="约谈记录",
        number=number,
        title="约谈记录",
        addressee="",
        opening=[],
        pairs=[
            ("被约谈人", party_name(row)),
            ("时间", in_words(talk.held_on)),
            ("地点", talk.place),
            ("参加人", talk.present),
        ],
        parts=[
            Part("一、约谈事项", quoted=row.reason),
            Part("二、约谈情况", quoted=talk.words),
            Part("三、整改承诺", quoted=talk.promised or "无"),
        ],
        signed_on=on,
        signers=["被约谈人（签字）：", "约谈人（签字）：", "记录人（签字）："],
        note=f"记录人：{talk.recorded_by.name}。{in_words(on)}打印，以签字件为准。",
    )


def _lifting(row: Sanction, number: str, on: date) -> SanctionLetter:
    application: LiftingApplication = row.liftings.exclude(answered_on=None).order_by("-pk")[0]
    is_granted = row.lifted_on is not None
    begins = max(day for day in (row.ends_on, row.lifted_on) if day) if is_granted else on
    proofs: Sequence[str] = [f"测试证书：{application.certificate.code}"] if application.certificate else []
    outcome = (
        f"同意解除暂停，自{in_words(begins)}起恢复；另有未期满的暂停处理的，以最后期满之日为准。"
        if is_granted
        else "不同意解除暂停。整改后可以再次申请。"
    )
    return SanctionLetter(
        bureau=row.bureau.name,
        kind="解除暂停决定书",
        number=number,
        title="解除暂停决定书" if is_granted else "不予解除暂停通知书",
        addressee=party_name(row),
        opening=[f"{_you(row)}于{in_words(application.asked_on)}提出的解除暂停申请收悉。"],
        parts=[
            Part("一、申请", quoted=application.words, listed=proofs),
            Part("二、决定", [outcome, application.answer]),
        ],
        signed_on=on,
        receipt=True,
    )


def _revocation(row: Sanction, number: str, on: date) -> SanctionLetter:
    found = row.revocations.exclude(decided_on=None).order_by("-pk")[0]
    what = {"TALK": "约谈", "SUSPENSION": "暂停处理决定", "REMOVAL": "移出名录决定"}[row.kind]
    begun = in_words(row.started_on) if row.started_on else ""
    kept = (
        "已经移交他方或者中止的任务不因撤销而恢复。" if row.tasks.exclude(choice=RunningTasks.FINISH).exists() else ""
    )
    standing = "" if row.kind == SanctionKind.TALK else f"{_you(row)}在本局名录（专家库）中的地位自即日起恢复。"
    return SanctionLetter(
        bureau=row.bureau.name,
        kind="撤销决定书",
        number=number,
        title="撤销处理决定书",
        addressee=party_name(row),
        opening=[f"本局于{begun}对{_you(row)}作出的{what}，经复核予以撤销。"],
        parts=[
            Part("一、理由", quoted=found.reason),
            Part("二、依据", [found.basis or OWN_SETTING]),
            Part("三、决定", [f"撤销上述{what}，今后的处理不再以它为前提。", *filter(None, [f"{standing}{kept}"])]),
        ],
        signed_on=on,
        receipt=True,
    )
