"""The one table role → capability. Rule R-40, source: domain, roles of people."""

from collections.abc import Mapping
from typing import Final

from foundation.accounts.enums import Capability as Can
from foundation.accounts.enums import Role

CAPABILITIES: Final[Mapping[Role, frozenset[Can]]] = {
    Role.ADMINISTRATOR: frozenset({Can.MANAGE_ACCOUNTS}),
    Role.CLERK: frozenset(
        {
            Can.READ_DESK,
            Can.READ_ALL,
            Can.PLAN,
            Can.REGISTER,
            Can.IMPORT,
            Can.DRAW,
            Can.COMMISSION,
            Can.SCORE_SECTION,
            Can.TRAIN,
            Can.PUBLISH,
        }
    ),
    Role.SECTION_HEAD: frozenset(
        {
            Can.READ_DESK,
            Can.READ_ALL,
            Can.PLAN,
            Can.REGISTER,
            Can.COMMISSION,
            Can.SCORE_SECTION,
            Can.CONFIRM,
            Can.DECIDE_APPEAL,
            Can.EDIT_RULES,
            Can.PUBLISH,
        }
    ),
    Role.BUREAU_LEADER: frozenset({Can.READ_DESK, Can.READ_ALL, Can.APPROVE, Can.PUBLISH, Can.DECIDE_APPEAL}),
    Role.BUSINESS_SECTION: frozenset({Can.READ_DESK, Can.READ_UNIT_TASKS, Can.NOMINATE}),
    Role.SUPERVISOR: frozenset({Can.READ_DESK, Can.READ_ALL, Can.WITNESS, Can.AUDIT}),
    Role.FIRM_ADMIN: frozenset({Can.FIRM_DESK, Can.FIRM_SIGN}),
    Role.FIRM_MEMBER: frozenset({Can.FIRM_DESK}),
    Role.EXPERT: frozenset({Can.EXPERT_DESK}),
    Role.UNIT: frozenset({Can.UNIT_DESK}),
    Role.APPLICANT: frozenset({Can.APPLY}),
}


def capabilities_of(roles: frozenset[Role]) -> frozenset[Can]:
    """Return everything that the roles together may do."""
    return frozenset().union(*(CAPABILITIES[role] for role in roles))
