"""Choices of plans, tasks, draws and assignments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlanStatus(TextChoices):
    """Where a plan stands."""

    COLLECTING = "COLLECTING", _("collecting")
    DRAFTING = "DRAFTING", _("drafting")
    CO_SIGNING = "CO_SIGNING", _("being co-signed")
    MEETING = "MEETING", _("before the party committee")
    ISSUED = "ISSUED", _("issued")
    ADJUSTING = "ADJUSTING", _("being adjusted")
    DONE = "DONE", _("done")


class PlanAction(TextChoices):
    """What is done to a plan."""

    DRAFT = "DRAFT", _("draft")
    CO_SIGN = "CO_SIGN", _("send for co-signing")
    TABLE = "TABLE", _("put before the committee")
    ISSUE = "ISSUE", _("issue")
    ADJUST = "ADJUST", _("adjust")
    CLOSE = "CLOSE", _("close")


class TaskKind(TextChoices):
    """Kind of evaluation task."""

    KEY_PROJECT = "KEY_PROJECT", _("key project evaluation")
    WHOLE_DEPARTMENT = "WHOLE_DEPARTMENT", _("whole-department evaluation")
    POLICY = "POLICY", _("policy evaluation")
    PPP = "PPP", _("PPP evaluation")
    SPECIAL_BOND = "SPECIAL_BOND", _("special bond evaluation")
    EX_ANTE = "EX_ANTE", _("ex-ante evaluation")
    TARGET_REVIEW = "TARGET_REVIEW", _("target review")
    SELF_REVIEW = "SELF_REVIEW", _("re-check of a self-evaluation")
    INDICATORS = "INDICATORS", _("indicator system")
    RESEARCH = "RESEARCH", _("research")
    COACHING = "COACHING", _("coaching on site")
    CONSULTATION = "CONSULTATION", _("expert consultation")
    WORK_GROUP = "WORK_GROUP", _("member of an evaluation team")
    ASSIST_TARGETS = "ASSIST_TARGETS", _("help with setting targets")
    ASSIST_MONITOR = "ASSIST_MONITOR", _("help with monitoring")
    ASSIST_SELF = "ASSIST_SELF", _("help with a self-evaluation")


class Executor(TextChoices):
    """Who carries a task out."""

    FIRM = "FIRM", _("firm")
    BUREAU = "BUREAU", _("bureau itself")
    UNIT = "UNIT", _("unit itself")


class Route(TextChoices):
    """The lawful way to choose the firm."""

    DRAW = "DRAW", _("draw")
    COMPARISON = "COMPARISON", _("comparison")
    DIRECT = "DIRECT", _("direct appointment")
    FRAMEWORK = "FRAMEWORK", _("framework agreement")
    OPEN_TENDER = "OPEN_TENDER", _("open tender")
    CONSULTATION = "CONSULTATION", _("competitive consultation")
    NEGOTIATION = "NEGOTIATION", _("competitive negotiation")
    INQUIRY = "INQUIRY", _("inquiry")
    SINGLE_SOURCE = "SINGLE_SOURCE", _("single source")


class FrameworkWay(TextChoices):
    """How a firm is chosen inside a framework agreement."""

    DIRECT = "DIRECT", _("direct choice")
    SECOND_ROUND = "SECOND_ROUND", _("second round of prices")
    ROTATION = "ROTATION", _("rotation in order")


class TaskStatus(TextChoices):
    """Where a task stands up to acceptance."""

    PLANNED = "PLANNED", _("planned")
    SELECTED = "SELECTED", _("firm chosen")
    RECUSAL_CONFIRMED = "RECUSAL_CONFIRMED", _("recusal confirmed")
    COMMISSIONED = "COMMISSIONED", _("commissioned")
    PLAN_REVIEW = "PLAN_REVIEW", _("work plan under review")
    PLAN_RETURNED = "PLAN_RETURNED", _("work plan returned")
    UNIT_NOTIFIED = "UNIT_NOTIFIED", _("unit notified")
    FIELDWORK = "FIELDWORK", _("fieldwork")
    DRAFT = "DRAFT", _("draft report")
    COMMENTS = "COMMENTS", _("out for comments")
    SUBMITTED = "SUBMITTED", _("submitted for review")
    EXPERT_REVIEW = "EXPERT_REVIEW", _("expert review")
    REVISION = "REVISION", _("returned for revision")
    FINAL = "FINAL", _("final report")
    ACCEPTED = "ACCEPTED", _("report accepted")
    ARCHIVED = "ARCHIVED", _("archived")
    STOPPED = "STOPPED", _("stopped")


class TaskAction(TextChoices):
    """What is done to a task."""

    SELECT = "SELECT", _("choose the firm")
    CONFIRM_RECUSAL = "CONFIRM_RECUSAL", _("confirm recusal")
    COMMISSION = "COMMISSION", _("commission")
    SUBMIT_PLAN = "SUBMIT_PLAN", _("submit the work plan")
    RETURN_PLAN = "RETURN_PLAN", _("return the work plan")
    NOTIFY_UNIT = "NOTIFY_UNIT", _("notify the unit")
    START = "START", _("start fieldwork")
    SUBMIT_DRAFT = "SUBMIT_DRAFT", _("submit the draft")
    ASK_COMMENTS = "ASK_COMMENTS", _("ask for comments")
    SUBMIT = "SUBMIT", _("submit for review")
    REVIEW = "REVIEW", _("open the expert review")
    RETURN = "RETURN", _("return for revision")
    FINALISE = "FINALISE", _("finalise")
    ACCEPT = "ACCEPT", _("accept the report")
    ARCHIVE = "ARCHIVE", _("archive")
    STOP = "STOP", _("stop")
    RECOMMISSION = "RECOMMISSION", _("commission again")


class ReportTrack(TextChoices):
    """The report after acceptance."""

    NONE = "NONE", _("not begun")
    CONFIRMED = "CONFIRMED", _("confirmed")
    FEEDBACK = "FEEDBACK", _("feedback sent")
    REPORTED = "REPORTED", _("reported to government and congress")
    PUBLISHED = "PUBLISHED", _("published")
    APPLIED = "APPLIED", _("results applied")
    RECTIFIED = "RECTIFIED", _("rectification closed")
    SKIPPED = "SKIPPED", _("not applicable")


class FirmTrack(TextChoices):
    """The firm after acceptance."""

    NONE = "NONE", _("not begun")
    RATED = "RATED", _("rated")
    TOLD = "TOLD", _("firm told")
    APPEAL_PERIOD = "APPEAL_PERIOD", _("appeal period")
    FINAL = "FINAL", _("rating final")
    TAIL_PAID = "TAIL_PAID", _("tail paid")
    SKIPPED = "SKIPPED", _("not applicable")


class ReReviewKind(TextChoices):
    """What a panel looks at."""

    EX_ANTE = "EX_ANTE", _("re-review of an ex-ante evaluation")
    REPORT = "REPORT", _("expert review of a report")
    WORK_PLAN = "WORK_PLAN", _("expert review of a work plan")
    RESULT = "RESULT", _("re-check of a finished evaluation")
    TARGET = "TARGET", _("target review")


class ReReviewStatus(TextChoices):
    """Where a re-review stands."""

    OPEN = "OPEN", _("open")
    PANEL_READY = "PANEL_READY", _("panel ready")
    REVIEWING = "REVIEWING", _("reviewing")
    DONE = "DONE", _("done")
    STOPPED = "STOPPED", _("stopped")


class ReReviewAction(TextChoices):
    """What is done to a re-review."""

    SEAT = "SEAT", _("seat the panel")
    BEGIN = "BEGIN", _("begin")
    CLOSE = "CLOSE", _("close")
    STOP = "STOP", _("stop")
    REOPEN = "REOPEN", _("open again")


class DrawStatus(TextChoices):
    """Where a draw stands."""

    CONFIGURED = "CONFIGURED", _("configured")
    FROZEN = "FROZEN", _("frozen")
    COMMITTED = "COMMITTED", _("commitments closed")
    REVEALED = "REVEALED", _("waiting for the public value")
    DRAWN = "DRAWN", _("drawn")
    VOID = "VOID", _("void")


class DrawProfile(TextChoices):
    """Where the seed comes from: profile I or O of docs/draws.md."""

    INSIDE = "I", _("parties only")
    OUTSIDE = "O", _("parties and an outside value")


class SourceKind(TextChoices):
    """What an outside value is."""

    LOTTERY = "LOTTERY", _("numbers of a lottery")
    INDEX = "INDEX", _("an index or a price")
    URN = "URN", _("numbers drawn from an urn in public")
    BEACON = "BEACON", _("a round of a public beacon")


class PartyRole(TextChoices):
    """The part somebody plays in a draw."""

    OPERATOR = "OPERATOR", _("operator")
    WITNESS = "WITNESS", _("witness")
    THIRD = "THIRD", _("third party")


class AssignmentStatus(TextChoices):
    """Where an assignment stands."""

    DRAWN = "DRAWN", _("drawn")
    NOTIFIED = "NOTIFIED", _("notified")
    ACCEPTED = "ACCEPTED", _("accepted")
    DECLINED = "DECLINED", _("declined")
    NO_ANSWER = "NO_ANSWER", _("no answer")
    DECLARED = "DECLARED", _("declared")
    SERVING = "SERVING", _("serving")
    SIGNED = "SIGNED", _("signed")
    EVALUATED = "EVALUATED", _("evaluated")
    PAID = "PAID", _("paid")
    VOID = "VOID", _("void")


class AssignmentAction(TextChoices):
    """What is done to an assignment."""

    NOTIFY = "NOTIFY", _("notify")
    ACCEPT = "ACCEPT", _("accept")
    DECLINE = "DECLINE", _("decline")
    GIVE_UP = "GIVE_UP", _("note no answer")
    DECLARE = "DECLARE", _("declare interests")
    SERVE = "SERVE", _("begin")
    SIGN = "SIGN", _("sign")
    EVALUATE = "EVALUATE", _("evaluate")
    PAY = "PAY", _("pay")
    VOID = "VOID", _("void")


class Origin(TextChoices):
    """How somebody came to a task."""

    DRAW = "DRAW", _("drawn")
    REPLACEMENT = "REPLACEMENT", _("replacement from the same order")
    DIRECT = "DIRECT", _("direct appointment")
    COMPARISON = "COMPARISON", _("comparison")
    PROCUREMENT = "PROCUREMENT", _("procurement award")
    GUEST = "GUEST", _("guest")
    BATCH = "BATCH", _("batch assignment")
    SUCCESSION = "SUCCESSION", _("taken over by the successor")


class DeclineReason(TextChoices):
    """Why somebody declined."""

    CONFLICT = "CONFLICT", _("conflict of interest")
    ILLNESS = "ILLNESS", _("illness")
    BUSY = "BUSY", _("busy")
    FEE = "FEE", _("fee")
    OTHER = "OTHER", _("other")


class ReportTrackAction(TextChoices):
    """What is done to the report after acceptance."""

    CONFIRM = "CONFIRM", _("confirm the report")
    FEED_BACK = "FEED_BACK", _("send feedback")
    REPORT = "REPORT", _("report to government and congress")
    PUBLISH = "PUBLISH", _("publish the report")
    APPLY = "APPLY", _("apply the results")
    RECTIFY = "RECTIFY", _("close the rectification")


class FirmTrackAction(TextChoices):
    """What is done about the firm after acceptance."""

    RATE = "RATE", _("rate the report")
    SKIP = "SKIP", _("skip the firm's track")
    TELL = "TELL", _("tell the firm")
    OPEN_APPEAL = "OPEN_APPEAL", _("open the appeal period")
    FINALISE = "FINALISE", _("make the rating final")
    PAY_TAIL = "PAY_TAIL", _("pay the tail")
    REOPEN = "REOPEN", _("open the rating again")


class DrawAction(TextChoices):
    """What is done to a draw."""

    FREEZE = "FREEZE", _("freeze the list")
    COMMIT = "COMMIT", _("close the commitments")
    CLOSE_REVEALS = "CLOSE_REVEALS", _("close the nonces")
    DRAW = "DRAW", _("draw now")
    CORRECT = "CORRECT", _("correct the public value")
    REPLACE = "REPLACE", _("call the next")
    VOID = "VOID", _("declare void")


class PaperClass(TextChoices):
    """Classes of an archived task's papers."""

    PROCUREMENT = "PROCUREMENT", _("procurement papers")
    VOUCHERS = "VOUCHERS", _("vouchers")
    OTHERS = "OTHERS", _("other papers")


class BatchStatus(TextChoices):
    """Where a batch assignment stands."""

    PREPARED = "PREPARED", _("being prepared")
    SOLVING = "SOLVING", _("being solved")
    FROZEN = "FROZEN", _("frozen")
    COMMITTED = "COMMITTED", _("commitments closed")
    REVEALED = "REVEALED", _("waiting for the public value")
    DRAWN = "DRAWN", _("drawn")
    SUBMITTED = "SUBMITTED", _("under approval")
    SEATED = "SEATED", _("seated")
    SENT = "SENT", _("everybody told")
    VOID = "VOID", _("void")


class BatchAction(TextChoices):
    """What is done to a batch assignment."""

    CHANGE = "CHANGE", _("change the batch")
    SOLVE = "SOLVE", _("solve")
    SHOW = "SHOW", _("show the forecast")
    FAIL = "FAIL", _("give the job up")
    FREEZE = "FREEZE", _("freeze the list")
    COMMIT = "COMMIT", _("close the commitments")
    CLOSE_REVEALS = "CLOSE_REVEALS", _("close the nonces")
    DRAW = "DRAW", _("draw now")
    CORRECT = "CORRECT", _("correct the public value")
    SUBMIT = "SUBMIT", _("submit for approval")
    GIVE_BACK = "GIVE_BACK", _("give back")
    SEAT = "SEAT", _("seat the panels")
    NOTIFY = "NOTIFY", _("notify")
    REPLACE = "REPLACE", _("call the next")
    VOID = "VOID", _("declare void")


class BatchFailure(TextChoices):
    """Why the job of a batch gave no answer."""

    ERROR = "ERROR", _("the job ended with an error")
    NO_ANSWER = "NO_ANSWER", _("the job did not answer within an hour")


class PairKind(TextChoices):
    """What was said of an expert and a re-review before the batch was solved."""

    PIN = "PIN", _("named")
    FORBID = "FORBID", _("kept away")


class PresenceState(TextChoices):
    """How a member of a panel came to its meeting."""

    CAME = "CAME", _("came")
    LATE = "LATE", _("came late")
    LEFT_EARLY = "LEFT_EARLY", _("left early")
    ABSENT = "ABSENT", _("absent")
    SUBSTITUTE = "SUBSTITUTE", _("sent somebody else")
