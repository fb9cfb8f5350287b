"""Every (state, action) pair of every table: what the table says happens, everything else is refused."""

import pytest

from assignments import transitions
from assignments.enums import (
    Executor,
    FirmTrack,
    FirmTrackAction,
    ReportTrack,
    ReportTrackAction,
    TaskAction,
    TaskKind,
    TaskStatus,
)
from assignments.models import TaskMove
from assignments.services.tasks import move_firm_track, move_report_track, move_task
from foundation.audit.models import Entry
from foundation.core.errors import TransitionRefused
from tests.factories.assignments import TODAY, TaskFactory

COURSES = {
    "firm": (Executor.FIRM, False),
    "bureau": (Executor.BUREAU, False),
    "unit": (Executor.UNIT, False),
    "help by a firm": (Executor.FIRM, True),
    "help by the bureau": (Executor.BUREAU, True),
}


def walked(table, states, actions, move):
    """Return the pairs whose outcome differs from the table; each pair is tried on a fresh row."""
    wrong = []
    for state in states:
        for action in actions:
            wanted = table.get((state, action))
            try:
                found = move(state, action)
            except TransitionRefused:
                found = None
            if found != wanted:
                wrong.append((state, action, found, wanted))
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("course", COURSES)
def test_task_moves_as_its_table_says_and_no_other_way(course):
    executor, is_help = COURSES[course]
    table = transitions.task_table(by_firm=executor == Executor.FIRM, is_assistance=is_help)
    task = TaskFactory(executor=executor, is_assistance=is_help, kind=TaskKind.POLICY)
    ends = {"report_track": ReportTrack.RECTIFIED, "firm_track": FirmTrack.TAIL_PAID}

    def move(status, action):
        type(task).objects.filter(pk=task.pk).update(status=status, **ends)
        before = (TaskMove.objects.count(), Entry.objects.count())
        try:
            return TaskStatus(move_task(task=task, action=action, by=task.clerk, on=TODAY).status)
        except TransitionRefused:
            assert (TaskMove.objects.count(), Entry.objects.count()) == before
            raise

    assert walked(table, TaskStatus, TaskAction, move) == []


@pytest.mark.django_db
def test_report_track_moves_as_its_table_says():
    task = TaskFactory(status=TaskStatus.ACCEPTED)

    def move(state, action):
        type(task).objects.filter(pk=task.pk).update(report_track=state)
        moved = move_report_track(task=task, action=action, by=task.clerk, on=TODAY)
        return ReportTrack(moved.report_track)

    assert walked(transitions.REPORT_TRACK, ReportTrack, ReportTrackAction, move) == []


@pytest.mark.django_db
def test_firm_track_moves_as_its_table_says():
    task = TaskFactory(status=TaskStatus.ACCEPTED)

    def move(state, action):
        type(task).objects.filter(pk=task.pk).update(firm_track=state)
        return FirmTrack(move_firm_track(task=task, action=action, by=task.clerk, on=TODAY).firm_track)

    assert walked(transitions.FIRM_TRACK, FirmTrack, FirmTrackAction, move) == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", [s for s in TaskStatus if s != TaskStatus.ACCEPTED])
def test_tracks_wait_for_acceptance_and_for_nothing_else(status):
    task = TaskFactory(status=status)

    with pytest.raises(TransitionRefused):
        move_report_track(task=task, action=ReportTrackAction.CONFIRM, by=task.clerk, on=TODAY)
    with pytest.raises(TransitionRefused):
        move_firm_track(task=task, action=FirmTrackAction.RATE, by=task.clerk, on=TODAY)

    assert TaskMove.objects.filter(task=task).count() == 1


def test_every_course_ends_archived_or_stopped_and_every_state_is_reached():
    for course, (executor, is_help) in COURSES.items():
        table = transitions.task_table(by_firm=executor == Executor.FIRM, is_assistance=is_help)
        reached, frontier = set(), {TaskStatus.PLANNED}
        while frontier:
            reached |= frontier
            frontier = {after for (before, _), after in table.items() if before in reached} - reached
        ends = {state for state in reached if not any(before == state for before, _ in table)}

        assert {before for before, _ in table} <= reached, course
        assert ends <= {TaskStatus.ARCHIVED, TaskStatus.STOPPED}, course
        assert TaskStatus.ARCHIVED in reached, course


@pytest.mark.parametrize("name", ["PLAN", "RE_REVIEW", "DRAW", "ASSIGNMENT"])
def test_table_reaches_every_state_from_the_first(name):
    table = getattr(transitions, name)
    states = type(next(iter(table.values())))
    reached = {next(iter(states))}
    for _ in states:
        reached |= {after for (before, _action), after in table.items() if before in reached}

    assert reached == set(states)
