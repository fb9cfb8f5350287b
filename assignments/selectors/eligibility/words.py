"""What each rule of eligibility says, without a person: the words beside its count."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

REASONS: Final["Mapping[str, StrOrPromise]"] = {
    "not_in_register": _("not in the register now"),
    "not_in_pool": _("not in the pool now"),
    "term_ended": _("the term has ended"),
    "no_undertaking": _("this year's undertaking has not been accepted"),
    "same_unit": _("evaluated this unit in the years before"),
    "over_share": _("has its share of the year's tasks"),
    "prior_work": _("worked for the evaluated side before"),
    "did_ex_ante": _("did the ex-ante evaluation of this project"),
    "no_lead": _("no lead evaluator with a valid certificate"),
    "leads_full": _("its lead evaluators have no room"),
    "assessed_low": _("last year's assessment is too low"),
    "close_watch": _("under close watch"),
    "carried_bar": _("took the place of a suspended or removed firm"),
    "one_house": _("head office or branch of one that takes part"),
    "left_this_task": _("was chosen for this task and left it"),
    "declined_often": _("declined too often without an accepted reason"),
    "died": _("has died"),
    "too_old": _("has reached the age limit"),
    "unit_employer": _("works or worked for the evaluated side"),
    "firm_employer": _("works or worked for the evaluating firm"),
    "firm_tie": _("belongs to a registered firm"),
    "kin_tie": _("a near relation belongs to a side or holds a registered firm"),
    "standing_recusal": _("always steps back from a side"),
    "same_task": _("sat on another panel of this task"),
    "reviewed_plan": _("reviewed the work plan of this task"),
    "coached_unit": _("coached the evaluated unit or helped it"),
    "left_this_panel": _("was called for this panel and left it"),
    "cool_down": _("met this unit too recently"),
    "yearly_cap": _("has the year's most assignments"),
    "untrained": _("too few hours of training"),
    "not_free": _("not free on the day"),
    "no_specialty": _("has no specialty that is asked for"),
    "kept_away": _("kept away from some re-reviews before the run, with approval"),
    "one_employer": _("too many of one employer to sit together"),
    "forbidden": _("kept away before the run, with approval"),
    "employer_of_pin": _("somebody of the same employer was named"),
    "group_of_pin": _("was named for another re-review of the same unit"),
    "no_such_seat": _("knows none of the fields of the seats"),
}

OWN_SENTENCES: Final = frozenset({
    "assessed_low", "close_watch", "cool_down", "declined_often", "did_ex_ante", "died", "leads_full",
    "left_this_panel", "left_this_task", "no_lead", "no_specialty", "no_undertaking", "not_free", "not_in_pool",
    "not_in_register", "over_share", "same_task", "reviewed_plan", "same_unit", "term_ended", "too_old", "untrained",
    "yearly_cap",
})  # fmt: skip
OWN_FACTS: Final["Mapping[str, StrOrPromise]"] = {
    "unit_employer": _("an employer in your record, today's or an earlier one"),
    "firm_employer": _("an employer in your record, today's or an earlier one"),
    "firm_tie": _("a firm that stands among the employers in your record"),
    "carried_bar": _("a firm whose place yours took"),
    "one_house": _("your head office or a branch of it"),
    "kin_tie": _("a near relation in your record"),
    "standing_recusal": _("somebody from whom you always step back"),
    "coached_unit": _("coaching or help of yours to a unit, known to the bureau"),
    "kept_away": _("a reason that was approved; the bureau tells it on request"),
    "prior_work": _("earlier work of yours that is known to the bureau"),
}


def reason_words(code: str) -> "StrOrPromise":
    """Return the words of a rule's code; the code itself for one that is not known any more."""
    return REASONS.get(code, code)


def own_fact(code: str, facts: "Mapping[str, object]") -> "StrOrPromise":
    """Return the fact behind a refusal as its own party may read it: no sentence that names a unit, firm or task.

    A code that is not listed as harmless shows no sentence.
    """
    return str(facts.get("message", "")) if code in OWN_SENTENCES else OWN_FACTS.get(code, "")
