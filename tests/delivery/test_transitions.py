"""Every (state, action) pair of every table: what the table says happens, everything else is refused."""

import pytest

from assignments.enums import TaskAction, TaskStatus
from assignments.transitions import TASK
from delivery import outline, transitions
from delivery.enums import (
    CheckCode,
    ClockAction,
    ClockStatus,
    CommissionAction,
    CommissionStatus,
    InstalmentAction,
    InstalmentStatus,
    VersionAction,
    VersionKind,
    VersionStatus,
)

TABLES = {
    "commission": (transitions.COMMISSION, CommissionStatus, CommissionAction),
    "version": (transitions.VERSION, VersionStatus, VersionAction),
    "clock": (transitions.CLOCK, ClockStatus, ClockAction),
    "instalment": (transitions.INSTALMENT, InstalmentStatus, InstalmentAction),
}


@pytest.mark.parametrize("name", TABLES)
def test_table_speaks_of_its_own_states_and_uses_every_action(name):
    table, states, actions = TABLES[name]

    assert {state for state, _action in table} <= set(states)
    assert set(table.values()) <= set(states)
    assert {action for _state, action in table} == set(actions)


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("commission", {CommissionStatus.ENDED}),
        ("version", {VersionStatus.RETURNED, VersionStatus.SUPERSEDED, VersionStatus.ACCEPTED}),
        ("clock", {ClockStatus.GRANTED, ClockStatus.DENIED}),
        ("instalment", {InstalmentStatus.PAID}),
    ],
)
def test_nothing_leaves_an_end(name, ends):
    table, states, _actions = TABLES[name]

    assert {state for state in states if not any(before == state for before, _action in table)} == ends


def test_every_kind_of_version_has_a_step_that_some_state_of_the_task_takes():
    assert set(transitions.STEP_OF) == set(VersionKind)
    assert all(any(action == step for _status, action in TASK) for step in transitions.STEP_OF.values())


def test_versions_of_a_kind_lead_where_the_year_line_says():
    reached = {
        kind: {after for (_s, action), after in TASK.items() if action == step}
        for kind, step in transitions.STEP_OF.items()
    }

    assert reached == {
        VersionKind.WORK_PLAN: {TaskStatus.PLAN_REVIEW},
        VersionKind.DRAFT: {TaskStatus.DRAFT},
        VersionKind.COMMENTS: {TaskStatus.COMMENTS},
        VersionKind.SUBMITTED: {TaskStatus.SUBMITTED},
        VersionKind.FINAL: {TaskStatus.FINAL},
    }
    assert TASK[TaskStatus.FINAL, TaskAction.ACCEPT] == TaskStatus.ACCEPTED


def test_every_code_of_the_checks_has_a_name_in_words():
    codes = {value for name, value in vars(outline).items() if name.isupper() and name == value}

    assert codes == set(CheckCode) - {CheckCode.COPIED_PASSAGE, CheckCode.SAME_FILE, CheckCode.NO_TEXT}
