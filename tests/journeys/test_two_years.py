"""Two work years on the same data, done by a section of two people and one leader: what 2020 leaves decides in 2021.

The story is played once, through the pages; each test asks what it saw on the way.
"""

from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from assignments.models import Assignment, Draw, EvaluationTask, PlanMove, ReReviewTask
from delivery.models import Commission
from desk.models import YearEnd
from evaluators.models import AssessedYear
from foundation.accounts.models import RoleGrant
from foundation.audit.services import seal
from foundation.papers.models import Paper
from tests.journeys.small_bureau import SmallBureau, day, on, url

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("two years")]
LETTER = "历财评〔2020〕1号"


class TwoYears:
    """The story; what the pages said on the way stands in ``seen``."""

    def __init__(self):
        """Open the bureau."""
        self.office, self.seen = SmallBureau(), SimpleNamespace()

    def play(self):
        """Play both years."""
        for scene in (
            self.plan_of_2020, self.firms_of_2020, self.course, self.violations, self.reports, self.ratings,
            self.year_end, self.before_the_undertakings, self.new_year, self.panel_of_2021, self.last_day_of_old_rules,
            self.first_day_of_new_rules, self.february, self.may,
        ):  # fmt: skip
            scene()
        return self

    def plan_of_2020(self):
        office = self.office
        with on("2020-01-06"):
            office.promise(firms=office.firms, experts=office.experts)
            office.do(office.clerk, url("plan-open"), {"work_year": 2020})
            self.water = office.add("污水处理厂项目绩效评价", office.unit)
            self.roads = office.add("道路养护项目绩效评价", office.others[0])
            self.school = office.add("学校设备项目绩效评价", office.others[1])
            self.early = office.add(
                "水库项目事前绩效评估", office.others[2], kind="EX_ANTE", project_text=office.project.code
            )
            office.issue(2020, "历财绩〔2020〕1号")

    def firms_of_2020(self):
        office = self.office
        with on("2020-02-10"):
            for task, route in ((self.water, "DRAW"), (self.roads, "COMPARISON"), (self.school, "DIRECT")):
                office.route(task, route)
            office.draw(self.water)
            self.first, _user = office.firm_of(self.water)
            self.weak, self.busy, self.planner, self.naughty, self.spare = [
                firm for firm in office.firms if firm != self.first
            ]
            self.seen.share_2020 = office.answer(self.roads, self.first)
            offers = {"chosen": "1", "firm_1": self.first.pk, "firm_2": self.weak.pk, "firm_3": self.busy.pk}
            fees = {"fee_1": "10", "fee_2": "11", "fee_3": "12"}
            self.seen.share_refused = office.refused(
                office.clerk, url("task-compare", self.roads.number), offers | fees
            )
            office.compare(self.roads, self.weak, self.busy, self.spare)
            office.appoint(self.school, self.busy)
            office.appoint(self.early, self.planner)
            office.commission(self.water, due_on="2020-11-30", letter_number=LETTER)
            office.commission(self.roads, due_on="2020-11-30")
            office.commission(self.school, due_on="2020-12-31")
            for task in (self.water, self.roads, self.school):
                office.start(task)

    def course(self):
        office = self.office
        self.untrained = office.experts[-1]
        with on("2020-09-10"):
            office.train(office.experts[:-1], "2020-09-10")

    def violations(self):
        office = self.office
        with on("2020-11-02"):
            office.violate(self.naughty, "借用他人名义投标")
            self.seen.watched_once = office.answer(self.roads, self.naughty)
        with on("2020-11-03"):
            office.violate(self.naughty, "再次借用他人名义投标")
            self.seen.watched_twice = office.answer(self.roads, self.naughty)

    def reports(self):
        office = self.office
        with on("2020-11-12"):
            office.submit(self.water)
            office.submit(self.roads)
        with on("2020-11-16"):
            self.water_panel = office.review(self.water, 0.95)
            office.review(self.roads, 0.3)

    def ratings(self):
        office = self.office
        with on("2020-11-30"):
            for task, share in ((self.water, 0.95), (self.roads, 0.3)):
                office.finish(task)
                office.rate(task, share)

    def year_end(self):
        office, seen = self.office, self.seen
        with on("2020-12-28"):
            office.work_in(office.clerk, 2020)
            next_url = url("plan-open", year=2021)
            seen.today_2020 = office.see(office.clerk, url("bureau-home")).content.decode()
            assert next_url in office.see(office.clerk, url("plan")).content.decode()
            office.do(office.clerk, next_url, {"work_year": 2021})
            seen.plan_opened = office.see(office.clerk, url("plan"))
            close, undo = url("year-close", year=2020), url("year-reopen", year=2020)
            office.do(office.head, close)
            office.do(office.head, undo)
            office.do(office.head, close)
            seen.closed = office.see(office.clerk, url("year-end", year=2020))
            self.water_2 = office.add("污水处理厂项目绩效评价", office.unit, year=2021)
            self.roads_2 = office.add("道路养护项目绩效评价", office.others[0], year=2021)
            self.lake_2 = office.add("水库项目绩效评价", office.others[2], year=2021, project_text=office.project.code)
            self.early_2 = office.add("管网项目事前绩效评估", office.unit, kind="EX_ANTE", executor="UNIT", year=2021)
            seen.undo_refused = office.refused(office.head, undo, {})

    def before_the_undertakings(self):
        office, seen = self.office, self.seen
        with on("2021-01-05"):
            office.route(self.roads_2, "DIRECT")
            seen.not_promised = office.answer(self.roads_2, self.spare)
            seen.promise_refused = self.appointing(self.spare)
            seen.today_2021 = office.see(office.clerk, url("bureau-home")).content.decode()
            seen.plan_2021 = office.see(office.clerk, url("plan"))

    def appointing(self, firm):
        """Try to appoint a firm for the roads of 2021; return the refusal."""
        data = {"firm": firm.pk, "reason": "前期资料完备"}
        return self.office.refused(self.office.clerk, url("task-appoint", self.roads_2.number), data)

    def new_year(self):
        office, seen = self.office, self.seen
        with on("2021-01-06"):
            office.promise(firms=office.firms, experts=office.experts)
            seen.share_2021 = office.answer(self.roads_2, self.first)
            seen.assessed_low = office.answer(self.roads_2, self.weak)
            seen.assessed_refused = self.appointing(self.weak)
            seen.watched_2021 = office.answer(self.roads_2, self.naughty)
            seen.watched_day_before = office.answer(self.roads_2, self.naughty, day="2021-05-02")
            seen.watch_refused = self.appointing(self.naughty)
            seen.did_ex_ante = office.answer(self.lake_2, self.planner)
            seen.busy_in_january = office.answer(self.roads_2, self.busy)

    def panel_of_2021(self):
        office, seen = self.office, self.seen
        with on("2021-01-20"):
            for step in ("START", "SUBMIT_DRAFT", "SUBMIT"):
                office.do(office.clerk, url("task-move", self.early_2.number, step))
            data = {"kind": "EX_ANTE", "panel_size": "3", "due_on": "2021-01-29"}
            office.do(office.clerk, url("re-review-open", self.early_2.number), data)
            self.review_2 = self.early_2.re_reviews.get()
            met = next(expert for expert in self.water_panel if expert != self.untrained)
            seen.met_unit = office.panel_answer(self.review_2, met)
            seen.met_unit_later = office.panel_answer(self.review_2, met, day="2021-02-14")
            seen.untrained = office.panel_answer(self.review_2, self.untrained)
            draw = office.draw_panel(self.review_2)
            self.panel_2 = [seat.expert for seat in Assignment.objects.filter(draw=draw).select_related("expert")]
            for key in ("same_unit_years", "lead_running_tasks"):
                change = {"value": "1", "tag": "DEFAULT", "reason": "本区机构少，轮换从严"}
                office.do(office.head, url("rule-propose", office.present.pk, key), change)
                office.agreed(office.leader, office.leader)

    def last_day_of_old_rules(self):
        self.old = self.acts_of_a_day("2021-01-27")

    def first_day_of_new_rules(self):
        self.new = self.acts_of_a_day("2021-01-28")

    def acts_of_a_day(self, text):
        """Do the same acts on a day; return what the pages said."""
        office, found = self.office, SimpleNamespace()
        with on(text):
            route = {"fee_limit": "60", "route": "DRAW", "reason": ""}
            found.too_dear = office.refused(office.clerk, url("task-route", self.water_2.number), route)
            found.first = office.answer(self.water_2, self.first)
            found.busy = office.answer(self.roads_2, self.busy)
            found.help = office.add("绩效目标辅导", office.others[1], kind="ASSIST_TARGETS", year=2021, fee="")
            found.help_page = office.see(office.clerk, url("task", found.help.number)).content.decode()
            given = {"year": 2021, "commissioner": office.below.pk}
            status = 302 if text < "2021-01-28" else 409
            found.commissioned_below = office.add("供水项目绩效评价", office.unit, status=status, **given)
            found.running = office.answer(self.school, self.spare)
        return found

    def february(self):
        office, seen = self.office, self.seen
        with on("2021-02-01"):
            office.route(self.water_2, "DRAW")
            self.draw_2 = office.draw(self.water_2)
            firm, user = office.firm_of(self.water_2)
            seat = Assignment.objects.get(task=self.water_2, firm=firm)
            office.do(office.clerk, url("call", seat.pk), {"outcome": "ACCEPTED"})
            office.do(user, url("firm-declare", self.water_2.number), {"has_conflict": "no"})
            lead = firm.lead_evaluators.get()
            terms = {"lead_evaluator": lead.pk, "fee": "10", "due_on": "2021-05-31", "letter_number": LETTER}
            new = url("commission-new", self.water_2.number)
            seen.letter_refused = office.refused(office.clerk, new, terms)
            office.do(office.clerk, new, terms | {"letter_number": "历财评〔2021〕1号"})
            office.do(office.clerk, url("task-stop", self.school.number), {"reason": "学校撤并"})
            seen.busy_after_stop = office.answer(self.roads_2, self.busy)
            office.work_in(office.clerk, 2021)
            seen.plan_after_stop = office.see(office.clerk, url("plan"))

    def may(self):
        with on("2021-05-03"):
            self.seen.watch_over = self.office.answer(self.roads_2, self.naughty)
            self.office.appoint(self.roads_2, self.naughty)


@pytest.fixture(scope="module")
def years(django_db_setup, django_db_blocker, tmp_path_factory):
    """The two years, played; taken back when the module ends."""
    files = tmp_path_factory.getbasetemp() / "files"
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=files), transaction.atomic():
        yield TwoYears().play()
        transaction.set_rollback(True)


def numbers(page):
    return [task.number for task in page.context["carried"]]


def test_three_people_did_everything(years):
    office = years.office
    staff = RoleGrant.objects.filter(bureau=office.bureau).exclude(
        role__in=["FIRM_ADMIN", "FIRM_MEMBER", "EXPERT", "UNIT"]
    )

    assert set(staff.values_list("user", flat=True)) == {office.clerk.pk, office.head.pk, office.leader.pk}
    assert [office.plan(year).status for year in (2020, 2021)] == ["ISSUED", "COLLECTING"]


@pytest.mark.rule("R-19")
def test_share_of_2020_bars_in_2020_and_begins_anew_in_2021(years):
    seen = years.seen

    assert (seen.share_2020.codes, seen.share_2020.rules) == (["over_share"], ["R-19"])
    assert "30" in seen.share_2020.words
    assert seen.share_2020.free_on == day("2021-01-01")
    assert seen.share_2020.words in seen.share_refused.words
    assert (seen.share_refused.code, seen.share_2021.is_eligible) == ("over_share", True)


@pytest.mark.rule("R-17")
def test_expert_who_met_the_unit_in_november_is_free_ninety_days_later(years):
    seen = years.seen

    assert (seen.met_unit.codes, seen.met_unit.rules) == (["cool_down"], ["R-17"])
    assert "2020-11-16" in seen.met_unit.words
    assert seen.met_unit.free_on == day("2021-02-14")
    assert seen.met_unit_later.is_eligible
    assert not set(years.panel_2) & {*years.water_panel, years.untrained}


@pytest.mark.rule("R-33")
def test_training_of_2020_decides_in_2021(years):
    assert "untrained" in years.seen.untrained.codes
    assert "R-33" in years.seen.untrained.rules
    assert years.seen.untrained.free_on == day("2022-01-01")


@pytest.mark.rule("R-20")
def test_firm_that_did_the_ex_ante_evaluation_of_2020_does_not_evaluate_in_2021(years):
    assert (years.seen.did_ex_ante.codes, years.seen.did_ex_ante.rules) == (["did_ex_ante"], ["R-20"])


@pytest.mark.rule("R-28")
@pytest.mark.rule("R-46")
def test_deductions_of_2020_bar_in_2021_until_they_run_off(years):
    seen = years.seen

    assert seen.watched_once.is_eligible  # 15 points inform
    assert (seen.watched_twice.codes, seen.watched_twice.rules) == (["close_watch"], ["R-46"])
    assert "45" in seen.watched_twice.words  # the repeat counts double
    assert (seen.watched_2021.codes, seen.watched_2021.free_on) == (["close_watch"], day("2021-05-03"))
    assert (seen.watch_refused.code, seen.watched_2021.words in seen.watch_refused.words) == ("close_watch", True)
    assert "30" in seen.watched_day_before.words
    assert seen.watch_over.is_eligible
    assert years.office.firm_of(years.roads_2)[0] == years.naughty


@pytest.mark.rule("R-41")
def test_undertaking_is_accepted_anew_in_2021(years):
    seen = years.seen

    assert (seen.not_promised.codes, seen.not_promised.rules) == (["no_undertaking"], ["R-41"])
    assert "2021" in seen.not_promised.words
    assert seen.not_promised.words in seen.promise_refused.words
    kept = years.spare.undertakings.order_by("year").values_list("year", "accepted_on")
    assert list(kept) == [(2020, day("2020-01-06")), (2021, day("2021-01-06"))]


@pytest.mark.rule("R-46")
def test_assessment_of_2020_decides_in_2021(years):
    seen = years.seen
    points = dict(AssessedYear.objects.filter(year=2020).values_list("firm", "points_hundredths"))

    assert points[years.weak.pk] < 6000 <= points[years.first.pk]
    assert points[years.spare.pk] is None  # without a task nobody is assessed
    assert (seen.assessed_low.codes, seen.assessed_low.rules) == (["assessed_low"], ["R-46"])
    assert f"{points[years.weak.pk] / 100:.2f}" in seen.assessed_low.words
    assert seen.assessed_low.free_on == day("2022-01-01")
    assert seen.assessed_low.words in seen.assessed_refused.words


def test_next_plan_is_opened_from_this_years_and_shows_what_is_still_open(years):
    seen, office = years.seen, years.office
    four = [years.water.number, years.roads.number, years.school.number, years.early.number]

    assert url("plan-open", year=2021) in seen.today_2020
    assert numbers(seen.plan_opened) == four
    opened = PlanMove.objects.get(plan=office.plan(2021), action="OPEN")
    assert "4" in opened.words
    assert [step.is_done for step in seen.plan_opened.context["year_steps"]][2:4] == [True, False]
    assert [step.is_done for step in seen.closed.context["year_steps"]][1:4] == [True, True, True]
    assert seen.plan_2021.context["figures"]["tasks"] == 4  # its own ones alone
    assert numbers(seen.plan_after_stop) == [number for number in four if number != years.school.number]
    for number in four:
        assert f'href="{url("task", number)}"' in seen.plan_2021.content.decode()


def test_open_task_of_2020_is_on_the_desk_of_2021_and_assessed_there(years):
    school, roads = (EvaluationTask.objects.get(pk=task.pk) for task in (years.school, years.roads))

    assert years.school.title in years.seen.today_2021
    assert (school.number, school.work_year, school.assessment_year) == (years.school.number, 2020, 2021)
    assert roads.assessment_year == 2020  # it has its final rating


@pytest.mark.rule("R-10")
def test_open_task_of_2020_fills_the_lead_evaluator_of_2021_until_it_ends(years):
    assert years.seen.busy_in_january.is_eligible  # four tasks each
    assert years.old.busy.is_eligible
    assert (years.new.busy.codes, years.new.busy.rules) == (["leads_full"], ["R-10"])
    assert years.seen.busy_after_stop.is_eligible


@pytest.mark.edge("E11")
def test_numbers_begin_anew_and_never_collide(years):
    tasks = EvaluationTask.objects.filter(bureau=years.office.bureau).order_by("pk")
    found = [list(tasks.filter(work_year=year).values_list("number", flat=True)) for year in (2020, 2021)]

    assert found[0] == [f"评〔2020〕{n}号" for n in range(1, 5)]
    assert found[1] == [f"评〔2021〕{n}号" for n in range(1, 8)]
    draws = Draw.objects.order_by("pk").values_list("number", flat=True)
    assert list(draws) == ["抽2020-001", "抽2020-002", "抽2020-003", "抽2021-001", "抽2021-002"]
    assert list(ReReviewTask.objects.order_by("pk").values_list("number", flat=True)) == [
        "复2020-001", "复2020-002", "复2021-001"
    ]  # fmt: skip
    letters = Commission.objects.order_by("pk").values_list("letter__year", "letter__number", "letter__letter_number")
    assert list(letters) == [
        (2020, 1, LETTER), (2020, 2, ""), (2020, 3, ""), (2021, 1, "历财评〔2021〕1号")
    ]  # fmt: skip
    assert years.seen.letter_refused.code == "letter_number_taken"
    assert Paper.objects.filter(letter_number=LETTER).count() == 1


@pytest.mark.rule("R-01")
def test_same_act_cites_the_rules_of_its_day(years):
    old, new, office = years.old, years.new, years.office

    assert (old.first.rule_set, new.first.rule_set) == (office.former, office.present)
    assert old.too_dear.code == new.too_dear.code == "route_needs_procurement"
    assert "财预〔2021〕6号" not in old.too_dear.source
    assert "财预〔2021〕6号" in new.too_dear.source


@pytest.mark.rule("R-19")
def test_rotation_that_begins_on_28_january_bars_the_firm_of_2020(years):
    assert years.old.first.is_eligible
    assert (years.new.first.codes, years.new.first.rules) == (["same_unit"], ["R-19"])
    assert years.new.first.free_on == day("2022-01-01")
    assert years.office.firm_of(years.water_2)[0] != years.first


@pytest.mark.rule("R-09")
def test_unit_below_commissions_until_27_january_only(years):
    assert years.old.commissioned_below.commissioner == years.office.below
    assert (years.new.commissioned_below.code, years.new.commissioned_below.source) == (
        "commissioner_below", "财预〔2021〕6号",
    )  # fmt: skip


@pytest.mark.rule("R-35")
def test_help_with_targets_is_no_evaluation_from_28_january_on(years):
    assert (years.old.help.is_assistance, years.new.help.is_assistance) == (False, True)
    with override("zh-hans"):
        words = _("help only: no report that a firm signs, no score")
    assert (words in years.old.help_page, words in years.new.help_page) == (False, True)


def test_task_of_2020_keeps_its_rules_in_2021(years):
    assert years.new.running.rule_set == years.office.former
    assert EvaluationTask.objects.get(pk=years.water.pk).rule_set == years.office.former


def test_closing_is_undone_only_before_the_first_act_of_2021(years):
    rows = YearEnd.objects.filter(bureau=years.office.bureau, year=2020).order_by("pk")

    assert [row.undone_on for row in rows] == [day("2020-12-28"), None]
    assert years.seen.undo_refused.code == "new_year_began"


def test_journal_of_both_years_verifies(years, capsys):
    seal()

    call_command("verify_journal")

    assert "OK" in capsys.readouterr().out
