"""The answers to the questions of imports: who gave them, with which file, and until when they hold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from faces.exchange.models import ImportAnswer, ImportRun
from faces.exchange.questions import EARLIER, NEW, Questions, is_outgrown
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau

AT_ONCE: Final = 500


def answers_of(*, bureau: Bureau, noun: str) -> Questions:
    """Return the answers that hold: who was new and is written is named, and what was chosen among what."""
    rows = _holding(bureau, noun).values_list("question", "choice", "became", "offered")
    held = list(rows)
    return Questions(
        answers={question: became or choice for question, choice, became, _offered in held},
        offered={question: offered for question, _choice, _became, offered in held if offered},
        became={question: became for question, _choice, became, _offered in held if became},
    )


def answered_by(questions: Questions, answers: Mapping[str, str]) -> Questions:
    """Return the questions with further answers, given before the file was read.

    "A new one" said once more of whom an earlier file made means that one: the same command twice makes nobody twice.
    """
    said = {question: choice for question, choice in answers.items() if not _is_made(questions, question, choice)}
    offered = {question: values for question, values in questions.offered.items() if question not in said}
    return Questions(answers={**questions.answers, **said}, offered=offered, became=questions.became)


def _is_made(questions: Questions, question: str, choice: str) -> bool:
    return question in questions.became and (choice == NEW or choice.startswith(EARLIER))


def given_by(*, bureau: Bureau, noun: str, questions: Iterable[str]) -> dict[str, ImportAnswer]:
    """Return the answers that hold to ``questions``, with who gave them and with which file."""
    rows = _holding(bureau, noun).filter(question__in=list(questions))
    return {row.question: row for row in rows.select_related("by", "run")}


def keep_answers(
    run: ImportRun, answers: Mapping[str, str], *, by: User, on: date, asked: Sequence[Mapping[str, Any]] | None = None
) -> None:
    """Keep what differs from the answers that hold; those end. The caller's transaction holds both.

    ``asked``: the questions of the report, which say what was offered; without them nobody has seen the questions yet.
    """
    held = answers_of(bureau=run.bureau, noun=run.noun)
    offered = {one["id"]: [value for value, _label in one["choices"]] for one in asked or ()}
    fresh = {
        question: choice
        for question, choice in answers.items()
        if not (asked is None and _is_made(held, question, choice))
        and (held.answers.get(question) != choice or _is_asked_anew(held, question, choice, offered.get(question)))
    }
    _holding(run.bureau, run.noun).filter(question__in=list(fresh)).update(ended_on=on)
    ImportAnswer.objects.bulk_create(
        ImportAnswer(
            bureau=run.bureau,
            noun=run.noun,
            question=question,
            choice=choice,
            offered=offered.get(question, []),
            run=run,
            by=by,
        )
        for question, choice in fresh.items()
    )


def _is_asked_anew(held: Questions, question: str, choice: str, offered: Sequence[str] | None) -> bool:
    """Return whether the same answer is given once more because others are among the choices now."""
    before = held.offered.get(question)
    return choice == NEW and (is_outgrown(before, offered) if offered else bool(before))


def keep_outcome(run: ImportRun, questions: Questions) -> None:
    """Keep with the answers of a file that was written what they were chosen among, and who came of them."""
    offered = {one.id: [choice.value for choice in one.choices] for one in questions.asked}
    wanted, changed = list(offered), []
    for start in range(0, len(wanted), AT_ONCE):
        for row in _holding(run.bureau, run.noun).filter(question__in=wanted[start : start + AT_ONCE]):
            before = row.offered, row.became
            row.offered = row.offered or offered[row.question]
            row.became = questions.became.get(row.question, row.became)
            if before != (row.offered, row.became):
                changed.append(row)
    ImportAnswer.objects.bulk_update(changed, ["offered", "became"], batch_size=AT_ONCE)


def end_answers(run: ImportRun, *, on: date) -> None:
    """Let the answers that were given with an import end with it."""
    ImportAnswer.objects.filter(run=run, ended_on__isnull=True).update(ended_on=on)


def _holding(bureau: Bureau, noun: str) -> QuerySet[ImportAnswer]:
    return ImportAnswer.objects.filter(bureau=bureau, noun=noun, ended_on__isnull=True)
