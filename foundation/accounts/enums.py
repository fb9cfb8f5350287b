"""Roles of people and what a role lets them do."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Who somebody is for a bureau."""

    ADMINISTRATOR = "ADMINISTRATOR", _("administrator of accounts")
    CLERK = "CLERK", _("clerk")
    SECTION_HEAD = "SECTION_HEAD", _("section head")
    BUREAU_LEADER = "BUREAU_LEADER", _("bureau leader")
    BUSINESS_SECTION = "BUSINESS_SECTION", _("business section")
    SUPERVISOR = "SUPERVISOR", _("supervisor")
    FIRM_ADMIN = "FIRM_ADMIN", _("firm administrator")
    FIRM_MEMBER = "FIRM_MEMBER", _("firm member")
    EXPERT = "EXPERT", _("expert")
    UNIT = "UNIT", _("budget unit")
    APPLICANT = "APPLICANT", _("applicant")


class Capability(TextChoices):
    """One thing that a role may do; the table stands in rules.py."""

    READ_DESK = "READ_DESK", _("read the bureau's desk")
    READ_ALL = "READ_ALL", _("read everything of the bureau")
    READ_UNIT_TASKS = "READ_UNIT_TASKS", _("read the tasks of own units")
    PLAN = "PLAN", _("write plans and tasks")
    NOMINATE = "NOMINATE", _("nominate projects")
    REGISTER = "REGISTER", _("keep the register and the pool")
    IMPORT = "IMPORT", _("import rosters")
    DRAW = "DRAW", _("run draws")
    WITNESS = "WITNESS", _("witness draws")
    COMMISSION = "COMMISSION", _("commission and chase")
    SCORE_SECTION = "SCORE_SECTION", _("enter the items that the bureau scores")
    CONFIRM = "CONFIRM", _("confirm as section head")
    APPROVE = "APPROVE", _("approve as bureau leader")
    PUBLISH = "PUBLISH", _("publish")
    DECIDE_APPEAL = "DECIDE_APPEAL", _("decide appeals")
    TRAIN = "TRAIN", _("keep training")
    EDIT_RULES = "EDIT_RULES", _("edit rule sets")
    MANAGE_ACCOUNTS = "MANAGE_ACCOUNTS", _("manage accounts")
    FIRM_DESK = "FIRM_DESK", _("work for a firm")
    FIRM_SIGN = "FIRM_SIGN", _("answer for a firm")
    EXPERT_DESK = "EXPERT_DESK", _("work as an expert")
    UNIT_DESK = "UNIT_DESK", _("work for a budget unit")
    APPLY = "APPLY", _("apply for the register or the pool")
    AUDIT = "AUDIT", _("read the journal")
