"""The main job, once through in a browser: from an empty plan to a stranger who verifies the draw.

The people of the demonstration year plan the year after it. Nobody does more than his role allows; the section is of two
people and one leader, the witness is of supervision.
"""

import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest

from faces.documents.evaluation_report import ReportFacts, build, indicators_for
from tests.browser.people import PASSWORD, Somebody
from tests.factories.panels import picture

PHONE = 390
OWN_PASSWORD = "a-longer-one-2021"
PROJECT, NAME = "370112-2019-0007", "城乡环卫一体化服务"
PNG = picture()
UNIT = "济南市历城区环境卫生管护中心"


class Story:
    """Who takes part, and what the story has learnt so far (``facts``: plain text, so that a step can be repeated)."""

    def __init__(self, open_page, site, facts=None):
        self.open_page, self.site, self.facts = open_page, site, facts or {}
        self.people = {}

    def __call__(self, username, **options):
        """Return the person of an account, at his own device."""
        if username not in self.people:
            password = OWN_PASSWORD if username in self.facts.get("opened", ()) else PASSWORD
            self.people[username] = Somebody(self.open_page, self.site, username, password=password, **options)
        return self.people[username]

    @property
    def at_the_firm(self):
        """Where the firm's desk speaks of this task: whoever was drawn may have others of the demonstration."""
        return f"main li:has(a[href*='{self.facts['task']}'])"

    @property
    def at_the_expert(self):
        """Where an expert's desk speaks of this review."""
        return f"main li:has-text('{unquote(self.facts['review']).split('/')[-2]}')"

    def open_account(self, username, role, whom, name="", **options):
        """Let the administrator open an account and its person choose an own password; return the account.

        A person of the demonstration who has one already gets a new password instead.
        """
        admin = self("admin").open("/bureau/accounts/").fill(q=name or whom)
        admin.page.press("main [name=q]", "Enter")
        admin.page.wait_for_url(lambda url: "q=" in url, wait_until="load")
        known = admin.page.locator("main tbody th a")
        if known.count():
            username = known.first.inner_text()
            admin.follow(username).follow("重置密码").press("重置密码")
        else:
            admin.open("/bureau/accounts/").follow("为机构、单位或专家开户")
            admin.fill(role=role, whom=whom, username=username, name=name).press("开立账号")
        given = admin.page.inner_text("code.nb")
        self.people[username] = person = Somebody(self.open_page, self.site, username, password=given, **options)
        person.fill(oldpassword=given, password1=OWN_PASSWORD, password2=OWN_PASSWORD).press("修改密码")
        self.facts.setdefault("opened", []).append(username)
        return username


def clerk_plans_a_task(story):
    clerk = story("clerk").open("/bureau/plan/").follow("建立下年度计划").press("建立计划")
    clerk.sees("2021 年度评价计划")
    clerk.follow("添加第一项任务")
    clerk.fill(kind="KEY_PROJECT", project_text=PROJECT, executor="FIRM", budget_year=2020, amount=4800, fee_limit=15)
    clerk.press("添加任务")
    clerk.sees("下一步")
    story.facts["task"] = clerk.path.rstrip("/").rpartition("/")[2]


def clerk_chooses_the_route_and_sees_who_is_eligible(story):
    clerk = story("clerk").open(f"/bureau/tasks/{story.facts['task']}/")
    clerk.follow("确定采购方式").fill(route="DRAW").press("确定采购方式")
    clerk.follow("准备抽取").follow("谁符合条件，谁不符合及原因")
    clerk.sees("不符合")


def the_firm_is_drawn(story):
    clerk = story("clerk").open(f"/bureau/tasks/{story.facts['task']}/").follow("准备抽取")
    story.facts["draw"] = draw_with_witness(story)
    clerk.sees("演示").follow("通知机构").press("发出通知")
    story.facts["firm"] = re.search(r"承办：(\S+（演示）)", clerk.page.inner_text("main")).group(1)


def draw_with_witness(story):
    """Set up, freeze, seed from two devices, draw; return the number of the draw."""
    clerk, witness = story("clerk"), story("supervisor")
    clerk.fill(witness="郑守仁").press("设置抽取").press("冻结名单")
    room = clerk.path
    for person in (clerk, witness):
        person.open(room)
        person.press("在本设备上生成我的随机数", stays=True).press("提交承诺值")
    for person in (clerk, witness):
        person.open(room).press("揭示随机数")
    clerk.open(room)
    return room.rstrip("/").rpartition("/")[2]


def the_firm_accepts_and_declares(story):
    username = story.open_account("firm2021", "FIRM_ADMIN", story.facts["firm"], "机构负责人演示")
    firm = story(username)
    firm.open("/firm/").follow("答复是否承接", within=story.at_the_firm).fill(answer="yes").press("发送答复")
    firm.open("/firm/").follow("声明独立性", within=story.at_the_firm).fill(has_conflict="no").press("声明")


def the_letter_is_agreed_in_two_steps_and_sent(story):
    clerk = story("clerk").open(f"/bureau/tasks/{story.facts['task']}/").follow("委托机构").follow("起草委托书")
    leads = clerk.page.locator("[name=lead_evaluator] option").all_inner_texts()
    lead = leads[1]
    clerk.fill(lead_evaluator=lead, fee=12, letter_number="历城财绩〔2021〕1号").press("呈批")
    story.facts["lead"] = re.split(r"[（，,\s]", lead)[0]
    approval = clerk.follow("查看呈批件").path
    for username in ("head", "leader"):
        story(username).open("/bureau/approvals/").sees(story.facts["firm"]).open(approval).press("同意")
    clerk.open(f"/bureau/tasks/{story.facts['task']}/commission/").follow("发出委托书")
    clerk.fill(way="ELECTRONIC").press("发出委托书")
    story("firm2021").open("/firm/").follow("接受委托", within=story.at_the_firm).press("接受委托")


def report_of(story, version):
    """Return the bytes of a report as the firm would write it, in PDF."""
    facts = ReportFacts(
        project=NAME,
        unit=UNIT,
        firm=story.facts["firm"],
        lead_evaluator=story.facts["lead"],
        budget_year=2020,
        amount_wan=Decimal(4800),
        spent_wan=Decimal(4700),
        indicators=indicators_for(NAME, "其他", Decimal("88.40")),
        total=Decimal("88.40"),
        grade="良",
        findings=("管护责任主体不明确。", "作业质量考核未与付费挂钩。"),
        suggestions=("将考核结果与付费挂钩，列入下一年度预算。",),
        project_code=PROJECT,
        version=version,
        dated=date(2020, 12, 21),
    )
    return build(facts)


def hand_in(story, step, kind, version):
    firm = story("firm2021").open("/firm/").follow(step, within=story.at_the_firm)
    file = (f"{version}.pdf", "application/pdf", report_of(story, version))
    firm.fill(kind=kind, file=file, internally_reviewed_by="审核人演示").press("检查并提交")
    return firm


def the_firm_delivers(story):
    clerk, firm = story("clerk"), story("firm2021")
    task = f"/bureau/tasks/{story.facts['task']}/"
    hand_in(story, "提交工作方案", "WORK_PLAN", "工作方案")
    clerk.open(task).follow("发进点通知").press("发进点通知")
    firm.open("/firm/").follow("开始实施", within=story.at_the_firm).press("开始实施")
    hand_in(story, "提交初稿", "DRAFT", "初稿")
    clerk.open(task).follow("征求单位意见").press("征求意见")
    hand_in(story, "提交送审稿", "SUBMITTED", "送审稿")


def the_panel_is_drawn(story):
    clerk = story("clerk").open(f"/bureau/tasks/{story.facts['task']}/").follow("组织专家评审").press("开启评审")
    story.facts["review"] = clerk.path
    clerk.follow("准备抽取").fill(node_1="环境", count_1=2, node_2="财政", count_2=1)
    story.facts["panel_draw"] = draw_with_witness(story)
    clerk.follow("通知专家组").press("发出通知")


def the_experts_accept_and_declare(story):
    clerk = story("clerk").open(story.facts["review"])
    links = clerk.page.locator("main a[href*='/bureau/experts/']").all()
    members = [
        (link.inner_text().partition("（")[0], unquote(link.get_attribute("href")).split("/")[-2]) for link in links
    ]
    assert len(set(members)) == 3, members
    story.facts["experts"] = []
    for place, (name, number) in enumerate(members, 1):
        username = story.open_account(f"seat{place}", "EXPERT", number, name, width=PHONE if place == 3 else 1366)
        expert = story(username).open("/expert/").misses(story.facts["firm"], UNIT)
        expert.follow("答复是否参加", within=story.at_the_expert).fill(answer="yes").press("发送答复")
        expert.open("/expert/").follow("声明利益关系", within=story.at_the_expert).sees(story.facts["firm"])
        expert.fill(has_conflict="no").press("声明")
        story.facts["experts"].append(username)


def the_experts_read_and_score(story):
    story("clerk").open(story.facts["review"]).follow("开始评审").press("开始评审")
    for taken_off, username in zip(("0.5", "1", "1.5"), story.facts["experts"], strict=True):
        expert = story(username).open("/expert/").follow("阅读报告并填写意见", within=story.at_the_expert)
        score(expert, Decimal(taken_off))
        expert.fill(**{"finding-page-1": 12, "finding-severity-1": "较重", "finding-words-1": "满意度样本量不足。"})
        expert.fill(conclusion="报告依据较充分，建议修改后验收。", scan=("签字.png", "image/png", PNG)).press("提交")


def score(person, taken_off):
    """Give every item its points less ``taken_off`` on the first, with a reason and a page."""
    person.page.locator(".opinion details, details").evaluate_all("all => all.forEach(each => each.open = true)")
    fields = person.page.locator("input[name^='score-']").all()
    for place, field in enumerate(fields):
        code = field.get_attribute("name").removeprefix("score-")
        most = Decimal(field.get_attribute("max"))
        field.fill(str(most - taken_off if place == 0 else most))
        if place == 0:
            person.fill(**{f"reason-{code}": "数据来源未逐项注明。"})
            if person.page.locator(f"[name='page-{code}']").count():
                person.fill(**{f"page-{code}": 12})


def the_panel_agrees_and_signs(story):
    experts = [story(username) for username in story.facts["experts"]]
    homes = {
        expert.username: "".join(expert.open("/expert/").page.locator(story.at_the_expert).all_inner_texts())
        for expert in experts
    }
    leader = next(expert for expert in experts if "起草专家组意见" in homes[expert.username])
    leader.follow("起草专家组意见", within=story.at_the_expert).fill(
        words="同意修改后验收，重点补充满意度样本。"
    ).press("提交专家组")
    for expert in experts:
        expert.open("/expert/").follow("签署专家组意见", within=story.at_the_expert).press("签字")


def the_final_report_is_signed_and_accepted(story):
    firm = hand_in(story, "提交定稿", "FINAL", "定稿")
    firm.follow("签署本文件").fill(way="WET_SCAN", scan=("签字页.png", "image/png", PNG)).press("将签字绑定到本文件")
    story("clerk").open(f"/bureau/tasks/{story.facts['task']}/").follow("验收报告").press("验收报告")


def the_rating_is_computed_confirmed_and_approved(story):
    clerk = story("clerk").open(f"/bureau/tasks/{story.facts['task']}/").follow("报告质量评级")
    page = clerk.path
    clerk.follow("填写科室评分项")
    score(clerk, Decimal("0.5"))
    clerk.press("保存分数").follow("计算").press("计算")
    story("head").open(page).follow("确认评级").press("确认并呈批")
    approve(story, "评级")
    clerk.open(page).follow("告知机构").press("告知机构")
    firm = story(story.facts["opened"][0]).open("/firm/ratings/").follow(NAME).follow("接受评级")
    firm.press("接受评级")
    clerk.open(page).follow("定为终局").press("定为终局")


def approve(story, *words):
    """Let the bureau leader agree to the first thing that waits for him."""
    leader = story("leader").open("/bureau/approvals/").sees(*words)
    with leader.page.expect_navigation():
        leader.page.locator("main tbody th a").first.click()
    leader.press("同意")


def the_leader_publishes(story):
    leader = story("leader").open(f"/bureau/tasks/{story.facts['task']}/rating/").follow("公开").press("公开")
    for draw in (story.facts["draw"], story.facts["panel_draw"]):
        leader.open(f"/bureau/draws/{draw}/").follow("公开本次抽取记录").press("公开")


def a_stranger_verifies_the_draw(story, folder):
    """Read what is public, let the own browser compute, and the downloaded program say the same offline."""
    stranger = Somebody(story.open_page, story.site, width=PHONE).open("/public/ratings/").follow(NAME, exact=False)
    stranger.sees(story.facts["firm"], "报告质量等级")
    for draw in (unquote(story.facts["draw"]), unquote(story.facts["panel_draw"])):
        page = stranger.open("/public/draws/").page
        with page.expect_navigation():
            page.locator("main tbody tr", has_text=draw).get_by_role("link", name=NAME).click()
        page.locator("[data-verify-src]", has_text="核验通过").wait_for()
        record = saved(stranger, "下载记录", folder / f"{draw}.json")
        program = saved(stranger, "下载核验程序", folder / "verify_draw.py")
        said = subprocess.run([sys.executable, program, record], capture_output=True, text=True, check=False)
        assert (said.returncode, said.stdout.strip()) == (0, "OK"), said.stdout + said.stderr
        changed = json.loads(record.read_text())
        changed["parts"][-1]["value"] = "0" * 64
        record.write_text(json.dumps(changed))
        assert subprocess.run([sys.executable, program, record], capture_output=True, check=False).returncode == 1


def saved(person, words, path):
    """Follow a link that downloads a file; return where the file lies."""
    with person.page.expect_download() as waiting:
        person.follow(words, exact=False, stays=True)
    waiting.value.save_as(path)
    return path


STORY = (
    clerk_plans_a_task,
    clerk_chooses_the_route_and_sees_who_is_eligible,
    the_firm_is_drawn,
    the_firm_accepts_and_declares,
    the_letter_is_agreed_in_two_steps_and_sent,
    the_firm_delivers,
    the_panel_is_drawn,
    the_experts_accept_and_declare,
    the_experts_read_and_score,
    the_panel_agrees_and_signs,
    the_final_report_is_signed_and_accepted,
    the_rating_is_computed_confirmed_and_approved,
    the_leader_publishes,
)


@pytest.mark.browser
def test_from_an_empty_plan_to_a_verified_draw(open_page, demo_site, tmp_path):
    story = Story(open_page, demo_site)
    for step in STORY:
        step(story)
    a_stranger_verifies_the_draw(story, tmp_path)
