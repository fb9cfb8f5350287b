"""A bureau with at least one row of every noun; each call of ``more`` adds one row everywhere.

Canaries are words that must not be found where they may not be read.
"""

import itertools
from datetime import date
from types import SimpleNamespace

from admissions.models import (
    Application,
    ApplicationItem,
    ApplicationMove,
    ApplicationPerson,
    Confirmation,
    EntryCheck,
    Invitation,
    Objection,
    Renewal,
)
from appraisals.models import (
    ConflictReport,
    FirmAppraisal,
    HandOver,
    LiftingApplication,
    Sanction,
    SanctionReply,
    SanctionTask,
)
from assignments.enums import AssignmentStatus, PartyRole, TaskStatus
from assignments.models import AssignmentBatch, Award, BatchPair, BatchParty, BatchTask, Declaration, DrawParty
from credit.models import CreditEvent
from delivery.models import ClockStop, Instalment, SignOff, SiteVisit, TeamMember, UnitComment
from evaluators.models import Branch, FirmUndertaking, Practitioner, Qualification, StaffChange
from experts.models import ExpertSpecialty, ExpertUndertaking, SpecialtyAsk, StandingRecusal, Unavailability
from faces.api.tokens import give_token
from faces.exchange.models import ImportRun
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval, ApprovalStep
from foundation.core.crypto import encrypt
from foundation.files.services import store_made
from foundation.notices.models import Message, Notice
from foundation.papers.models import Paper
from foundation.rulesets.models import Wording
from foundation.taxonomy.models import Node
from parties.models import Contact, Employment, PersonTie, Relationship, Reveal, SuspectedPair
from projects.models import Monitoring, ProjectBudget, SelfEvaluation, Target, WholeDepartmentPilot
from results.models import Adoption, Proposal, Rectification
from reviews.enums import OpinionStatus, RatingStatus
from reviews.models import (
    Appeal,
    CriterionScore,
    EarlierRating,
    Finding,
    Opinion,
    PanelOpinion,
    PanelSignature,
    QualityRating,
)
from rubrics.models import Indicator, Rubric
from rubrics.services import ensure_default
from tests.factories.assignments import (
    DrawFactory,
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmAssignmentFactory,
    FirmFactory,
    OrganisationFactory,
    PersonFactory,
    PlanFactory,
    ProjectFactory,
    ReReviewFactory,
    TaskFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.delivery import CommissionFactory, LeadEvaluatorFactory, VersionFactory
from tests.factories.disclosure import PublicationFactory
from tests.factories.foundation import (
    LONG_AGO,
    BureauFactory,
    MeasureFactory,
    RuleSetFactory,
    RuleValueFactory,
    SectionFactory,
    StoredFileFactory,
    UserFactory,
)
from training.models import Attendance, Certificate, Course, Session

DAY = date(2020, 6, 1)
LATER = date(2020, 8, 31)
ID_NUMBER, PHONE, DRAFT, RAW, EXPERT = "370102197001019876", "13912348765", "草稿金丝雀", "777/13", "专家金丝雀"
HIDDEN_ROUTE = "比选理由金丝雀"
EVERY_ROLE = [Role.CLERK, Role.SECTION_HEAD, Role.BUREAU_LEADER, Role.SUPERVISOR, Role.ADMINISTRATOR]


def new_world():
    """Return a bureau and somebody who may read everything there."""
    bureau = BureauFactory()
    section = SectionFactory(bureau=bureau)
    everybody = UserFactory(bureau=bureau, roles=EVERY_ROLE)
    return SimpleNamespace(bureau=bureau, section=section, everybody=everybody, turns=itertools.count(1))


def more(world):
    """Add one row of every noun and return the rows that tests ask for."""
    turn, bureau, by = next(world.turns), world.bureau, world.everybody
    row = SimpleNamespace(turn=turn)
    _office(world, row, turn, bureau, by)
    _parties(world, row, turn, bureau, by)
    _work(world, row, turn, bureau, by)
    _review(row, turn, bureau, by)
    _after(row, turn, bureau, by)
    _people(world, row, turn, bureau, by)
    return row


def _office(world, row, turn, bureau, by):
    UserFactory(bureau=bureau, role=Role.CLERK)
    give_token(user=by, name=f"t{turn}")
    rules = RuleSetFactory(bureau=bureau, effective_from=date(2018, 1, turn))
    RuleValueFactory(rule_set=rules, measure=MeasureFactory())
    row.node = Node.objects.create(
        bureau=bureau, tree="SPECIALTY", level=1, code=f"N{turn}", name=f"领域{turn}", path=f"N{turn}"
    )
    approval = Approval.objects.create(
        bureau=bureau, kind="LETTER", subject_kind="x.y", subject_id=turn, title="委托书", entered_by=by
    )
    ApprovalStep.objects.create(approval=approval, position=1, role=Role.SECTION_HEAD)
    notice = Notice.objects.create(user=by, code="task_given", path="/")
    Message.objects.create(notice=notice, way="MAIL")
    row.paper = Paper.objects.create(
        bureau=bureau, kind="COMMISSION", year=2020, number=turn, title="委托书", addressee="机构", written_on=DAY,
        subject_kind="x.y", subject_id=turn, created_by=by,
    )  # fmt: skip
    row.file = StoredFileFactory(bureau=bureau, uploaded_by=by, original_name="附件金丝雀.pdf")
    ImportRun.objects.create(
        bureau=bureau, noun="units", name="单位.xlsx", sha256="0" * 64, status="FAULTY", uploaded_by=by, file=row.file
    )


def _parties(world, row, turn, bureau, by):
    advised, superior = OrganisationFactory(bureau=bureau), UnitFactory(bureau=bureau)
    row.unit = UnitFactory(bureau=bureau, superior=superior, section=world.section)
    row.project = ProjectFactory(unit=row.unit)
    ProjectBudget.objects.create(project=row.project, kind="GENERAL", amount_cents=1)
    ProjectBudget.objects.create(project=row.project, kind="FUND", amount_cents=2)
    years = {"work_year": 2020, "budget_year": 2019}
    SelfEvaluation.objects.create(
        project=row.project, amount_cents=100, score_hundredths=9_500, submitted_on=DAY, **years
    )
    Target.objects.create(project=row.project, words="目标", published_on=DAY, **years)
    Monitoring.objects.create(project=row.project, cut_off_on=DAY, spent_cents=5, **years)
    WholeDepartmentPilot.objects.create(unit=row.unit, forms_due_on=DAY, **years)
    row.firm = FirmFactory(
        bureau=bureau, organisation=OrganisationFactory(bureau=bureau, phone=PHONE, legal_person="法人金丝雀")
    )
    Relationship.objects.create(subject=row.firm.organisation, kind="ADVISED", other=advised, started_on=DAY)
    Qualification.objects.create(firm=row.firm, name="资质", number=f"Q{turn}", issuer="部门", valid_from=DAY)
    row.lead = LeadEvaluatorFactory(firm=row.firm, person=_person(bureau, f"主评人{turn}"))
    Practitioner.objects.create(firm=row.firm, person=_person(bureau, f"从业{turn}"), started_on=LONG_AGO)
    StaffChange.objects.create(
        firm=row.firm, move="JOINED", role="STAFF", name=f"新进{turn}", id_sealed=encrypt(ID_NUMBER), day=DAY,
        reported_by=by, reported_on=DAY,
    )  # fmt: skip
    Branch.objects.create(firm=row.firm, name=f"分所{turn}", started_on=LONG_AGO)
    FirmUndertaking.objects.create(firm=row.firm, year=2020, text_version="1", accepted_on=DAY, accepted_by="负责人")
    row.applicant = UserFactory(bureau=bureau, role=Role.APPLICANT)
    row.application = Application.objects.create(
        bureau=bureau, applicant=row.applicant, kind="FIRM", status="SUBMITTED", status_since=DAY, submitted_on=DAY,
        title=f"申请机构{turn}", profile={"name": f"申请机构{turn}"},
    )  # fmt: skip
    ApplicationItem.objects.create(application=row.application, code="proofs", is_met=True)
    ApplicationPerson.objects.create(
        application=row.application, name=f"申请人{turn}", id_sealed=encrypt(ID_NUMBER), id_index=f"{turn}"
    )
    ApplicationMove.objects.create(application=row.application, status="SUBMITTED", moved_on=DAY)
    row.expert = ExpertFactory(bureau=bureau, person=_person(bureau, f"{EXPERT}{turn}"), guest_for="特邀金丝雀")
    Employment.objects.create(
        person=row.expert.person, organisation=row.unit.organisation, started_on=LONG_AGO, ended_on=DAY
    )
    Employment.objects.create(
        person=row.expert.person, organisation=superior.organisation, started_on=DAY, asked_end_on=DAY, asked_on=DAY
    )
    ExpertSpecialty.objects.create(expert=row.expert, node=row.node, is_main=True)
    SpecialtyAsk.objects.create(
        expert=row.expert, node=row.node, change="END", reason="不再从事", asked_by=by, asked_on=DAY
    )
    StandingRecusal.objects.create(expert=row.expert, organisation=row.unit.organisation, reason="亲属", started_on=DAY)
    Unavailability.objects.create(expert=row.expert, started_on=DAY, ended_on=DAY)
    ExpertUndertaking.objects.create(expert=row.expert, year=2020, text_version="1", accepted_on=DAY)
    Objection.objects.create(
        application=row.application, raised_on=DAY, raised_by="异议人金丝雀", words="异议", recorded_by=by
    )
    Application.objects.create(
        bureau=bureau, entered_by=by, firm=row.firm, kind="FIRM", status="NOTICE", status_since=DAY, submitted_on=DAY,
        announced_on=DAY, notice_until=date(2100, 1, 1), notice={"who": "公示机构", "name": "公示机构", "uscc": "公示代码"},
    )  # fmt: skip
    EntryCheck.objects.create(bureau=bureau, expert=row.expert, code="work_record", is_met=True, checked_on=DAY)
    Confirmation.objects.create(
        bureau=bureau, firm=row.firm, year=2020, status="CHANGED", changes={"address": "新址"}, confirmed_on=DAY,
        confirmed_by=by,
    )  # fmt: skip
    Renewal.objects.create(bureau=bureau, expert=row.expert, asked_on=DAY, asked_by=by)
    Invitation.objects.create(
        bureau=bureau, firm=row.firm, digest=f"{bureau.pk}-{turn}", made_by=by, made_on=DAY, valid_to=LATER
    )
    Wording.objects.create(
        bureau=bureau, code="FIRM_UNDERTAKING", in_force_from=date(2018, 1, turn), text="承诺", made_by=by
    )
    course = Course.objects.create(bureau=bureau, title=f"课程{turn}", audience="EXPERTS", hours_tenths=80)
    session = Session.objects.create(course=course, held_on=DAY, place="会议室")
    attendance = Attendance.objects.create(
        session=session, person=row.expert.person, organisation=row.unit.organisation, hours_tenths=80, recorded_by=by
    )
    Certificate.objects.create(attendance=attendance, code=f"CERT{bureau.pk}-{turn}", issued_on=DAY)
    CreditEvent.objects.create(
        bureau=bureau, organisation=row.firm.organisation, kind="VIOLATION", code="LATE", points=-2, occurred_on=DAY,
        expires_on=LATER, words="迟交", recorded_by=by,
    )  # fmt: skip
    row.firm_user, row.expert_user, row.unit_user = firm_user(row.firm), expert_user(row.expert), unit_user(row.unit)


def _work(world, row, turn, bureau, by):
    plan = PlanFactory(bureau=bureau, work_year=2019 + turn)
    row.task = TaskFactory(
        plan=plan, unit=row.unit, project=row.project, status=TaskStatus.COMMENTS, clerk=by, section=world.section,
        route_reason=HIDDEN_ROUTE, work_year=2020, number=f"评〔2020〕{bureau.pk}-{turn}号",
    )  # fmt: skip
    Award.objects.create(task=row.task, firm=row.firm, notice_number=f"A{turn}", amount_cents=1, awarded_on=DAY)
    row.draw = DrawFactory(
        task=row.task,
        created_by=by,
        seats=[{"stratum": 1, "name": "firm", "count": 1, "nodes": []}],
        seed="种子金丝雀",
        order=[99_887],
        secret_sealed="密文金丝雀",
        freeze_text="名单金丝雀",
    )
    DrawParty.objects.create(draw=row.draw, role=PartyRole.OPERATOR, user=by, commitment="a" * 64, nonce="f" * 64)
    row.assignment = FirmAssignmentFactory(
        task=row.task, firm=row.firm, status=AssignmentStatus.SERVING, reason="指定理由金丝雀", draw=row.draw
    )
    row.commission = CommissionFactory(
        task=row.task, assignment=row.assignment, lead_evaluator=row.lead, letter=row.paper, fee_cents=66_554_433
    )
    row.version = VersionFactory(
        task=row.task, commission=row.commission, kind="DRAFT", number=1, submitted_by=by, words="内部说明金丝雀",
        checks=[{"code": "NO_TEXT"}],
    )  # fmt: skip
    SignOff.objects.create(
        version=row.version, lead_evaluator=row.lead, sha256=row.version.sha256, way="WET_SCAN",
        signed_at="2020-06-01T00:00:00Z", entered_by=by,
    )  # fmt: skip
    UnitComment.objects.create(version=row.version, words="意见", entered_by=by)
    ClockStop.objects.create(task=row.task, started_on=DAY, ended_on=DAY, reason="等资料", asked_by=by)
    Instalment.objects.create(commission=row.commission, position=1, amount_cents=1)
    TeamMember.objects.create(commission=row.commission, name="组员", joined_on=DAY, entered_by=by)
    row.visit = SiteVisit.objects.create(
        commission=row.commission, visited_on=DAY, names=["组员", "外人"], entered_by=by, entered_on=DAY
    )
    row.visit.sheet = store_made(bureau=bureau, name="签到.pdf", content=b"sheet", owner=row.visit, by=by)
    row.visit.save(update_fields=["sheet"])


def _review(row, turn, bureau, by):
    row.re_review = ReReviewFactory(evaluation=row.task, created_by=by)
    row.batch = AssignmentBatch.objects.create(
        bureau=bureau, number=f"批2020-{turn:03d}", title="批次", work_year=2020, status="VOID", created_by=by,
        secret_sealed="密文金丝雀",
    )  # fmt: skip
    batch_task = BatchTask.objects.create(batch=row.batch, place=0, re_review=row.re_review, node=row.node)
    BatchPair.objects.create(
        task=batch_task, expert=row.expert, kind="PIN", reason="指定金丝雀", entered_by=by, entered_on=DAY
    )
    BatchParty.objects.create(batch=row.batch, role=PartyRole.OPERATOR, user=by, commitment="a" * 64, nonce="f" * 64)
    row.seat = ExpertAssignmentFactory(re_review=row.re_review, expert=row.expert, status=AssignmentStatus.SIGNED)
    for held in (row.assignment, row.seat):
        Declaration.objects.create(
            assignment=held, has_conflict=False, declared_at="2020-06-02T00:00:00Z", entered_by=by
        )
    rubric = ensure_default(bureau=bureau, by=by)
    item = rubric.items.first()
    if turn > 1:  # the shipped rubric is the first row of its noun
        other = Rubric.objects.create(bureau=bureau, code=f"R{turn}", name="标准")
        other.versions.create(number=1, status="IN_FORCE", in_force_from=LONG_AGO)
        Indicator.objects.create(
            bureau=bureau, project_kind="WORKS", level_1="产出", level_2="数量", name=f"指标{turn}"
        )
    row.opinion = Opinion.objects.create(
        re_review=row.re_review, assignment=row.seat, rubric_version=rubric, version=row.version,
        status=OpinionStatus.SUBMITTED, submitted_at="2020-09-01T00:00:00Z", conclusion="通过",
    )  # fmt: skip
    for number, code in enumerate(("one", "two"), 1):
        Finding.objects.create(opinion=row.opinion, item=item, page=number, severity="MINOR", words=code)
    for one in rubric.items.all()[:2]:
        CriterionScore.objects.create(opinion=row.opinion, item=one, score_hundredths=100)
    second = ExpertAssignmentFactory(
        re_review=row.re_review, expert=ExpertFactory(bureau=bureau, person=_person(bureau, f"{EXPERT}乙{turn}")),
        status=AssignmentStatus.SERVING,
    )  # fmt: skip
    row.draft = Opinion.objects.create(
        re_review=row.re_review, assignment=second, rubric_version=rubric, conclusion=DRAFT
    )
    row.second_user = expert_user(second.expert)
    panel = PanelOpinion.objects.create(re_review=row.re_review, words="专家组意见", drafted_by=row.seat)
    PanelSignature.objects.create(
        panel_opinion=panel, assignment=row.seat, agrees=True, signed_at="2020-09-02T00:00:00Z"
    )
    row.rating = QualityRating.objects.create(
        task=row.task, commission=row.commission, re_review=row.re_review, rubric_version=rubric, formula="mean",
        status=RatingStatus.CONFIRMED, raw=RAW, adjusted=RAW, grade="GOOD",
    )  # fmt: skip
    EarlierRating.objects.create(
        rating=row.rating, round=1, status=RatingStatus.FINAL, raw=RAW, adjusted=RAW, final=RAW, grade="GOOD",
        reason=f"{EXPERT}乙{turn}曾任该单位顾问", reopened_by=row.commission.task.clerk, reopened_on=DAY,
    )  # fmt: skip
    QualityRating.objects.filter(pk=row.rating.pk).update(round=2)
    Appeal.objects.create(rating=row.rating, item=item, ground="不服", filed_by=row.firm_user, filed_on=DAY)


def _after(row, turn, bureau, by):
    Rectification.objects.create(task=row.task, words="整改", due_on=LATER, asked_by=by, asked_on=DAY)
    proposal = Proposal.objects.create(
        task=row.task, words="压减", budget_year=2021, proposed_by=by, proposed_on=DAY, amount_cents=9
    )
    Adoption.objects.create(
        proposal=proposal, outcome="FULLY", decided_by_name="局长", reference="会议", amount_cents=9, decided_on=DAY,
        recorded_by=by,
    )  # fmt: skip
    FirmAppraisal.objects.create(bureau=bureau, firm=row.firm, year=2020, standing="ASSESSED", points_hundredths=9_001)
    told = Sanction.objects.create(
        bureau=bureau, expert=row.expert, kind="SUSPENSION", months=6, status="TOLD", told_on=DAY, reply_until=LATER,
        reason="暂停", proposed_by=by, proposed_on=DAY,
    )  # fmt: skip
    LiftingApplication.objects.create(
        sanction=told, words="申请", undertaking_version="1", asked_by=row.expert_user, asked_on=DAY
    )
    sanction = Sanction.objects.create(
        bureau=bureau, firm=row.firm, kind="TALK", reason="约谈金丝雀", proposed_by=by, proposed_on=DAY
    )
    SanctionTask.objects.create(
        sanction=sanction, assignment=row.assignment, choice="FINISH", chosen_by=by, chosen_on=DAY
    )
    SanctionReply.objects.create(sanction=sanction, words="申辩金丝雀", given_by=row.firm_user, given_on=DAY)
    ConflictReport.objects.create(
        bureau=bureau, assignment=row.assignment, source="UNIT", words="记账金丝雀", reported_by=by, reported_on=DAY,
        reply_until=LATER,
    )  # fmt: skip
    HandOver.objects.create(
        bureau=bureau, firm=row.firm, addressee="某机关", words="移送金丝雀", basis="某法", evidence=["原件"],
        proposed_by=by, proposed_on=DAY,
    )  # fmt: skip
    PublicationFactory(bureau_code=bureau.code, bureau_name=bureau.name)


def _people(world, row, turn, bureau, by):
    """Add who is to be called, near relations, a suspected double, a number read in clear, a left account."""
    facts = {"bureau": bureau, "name": f"联系{turn}", "phone_sealed": encrypt(PHONE), "started_on": DAY}
    contact = Contact.objects.create(of="SECTION", section=world.section, duty="科室负责人", **facts)
    for kind, body in (("UNIT", row.unit.organisation), ("FIRM", row.firm.organisation)):
        Contact.objects.create(of=kind, organisation=body, duty="绩效联络员", **facts)
    Reveal.objects.create(bureau=bureau, what="CONTACT", contact=contact, purpose="通知", by=by, revealed_on=DAY)
    UserFactory(bureau=bureau, role=Role.FIRM_MEMBER)
    kin = _person(bureau, f"亲属{turn}")  # the last person: pairs that are copied keep their order
    PersonTie.objects.create(first=row.expert.person, second=kin, kind="SPOUSE", started_on=DAY)
    SuspectedPair.objects.create(bureau=bureau, first=row.expert.person, second=kin, ground="PHONE", found_on=DAY)


def _person(bureau, name):
    return PersonFactory(
        bureau=bureau, name=name, id_sealed=encrypt(ID_NUMBER), phone_sealed=encrypt(PHONE), email="canary@example.cn"
    )
