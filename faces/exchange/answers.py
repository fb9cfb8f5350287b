"""The answers to the questions of imports: who gave them, with which file, and until when they hold."""

from collections.abc import Iterable, Mapping
from datetime import date

from faces.exchange.models import ImportAnswer, ImportRun
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau


def answers_of(*, bureau: Bureau, noun: str) -> dict[str, str]:
    """Return the answers that hold, by question."""
    rows = ImportAnswer.objects.filter(bureau=bureau, noun=noun, ended_on__isnull=True)
    return dict(rows.values_list("question", "choice"))


def given_by(*, bureau: Bureau, noun: str, questions: Iterable[str]) -> dict[str, ImportAnswer]:
    """Return the answers that hold to ``questions``, with who gave them and with which file."""
    rows = ImportAnswer.objects.filter(bureau=bureau, noun=noun, ended_on__isnull=True, question__in=list(questions))
    return {row.question: row for row in rows.select_related("by", "run")}


def keep_answers(run: ImportRun, answers: Mapping[str, str], *, by: User, on: date) -> None:
    """Keep what differs from the answers that hold; those end. The caller's transaction holds both."""
    held = answers_of(bureau=run.bureau, noun=run.noun)
    fresh = {question: choice for question, choice in answers.items() if held.get(question) != choice}
    stands = ImportAnswer.objects.filter(bureau=run.bureau, noun=run.noun, ended_on__isnull=True)
    stands.filter(question__in=list(fresh)).update(ended_on=on)
    ImportAnswer.objects.bulk_create(
        ImportAnswer(bureau=run.bureau, noun=run.noun, question=question, choice=choice, run=run, by=by)
        for question, choice in fresh.items()
    )


def end_answers(run: ImportRun, *, on: date) -> None:
    """Let the answers that were given with an import end with it."""
    ImportAnswer.objects.filter(run=run, ended_on__isnull=True).update(ended_on=on)
