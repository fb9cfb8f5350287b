"""Written samples: one filled paper of each kind, with invented people and firms (演示)."""

from datetime import UTC, date, datetime

from faces.documents import (
    approval_form,
    certificate,
    commission_letter,
    contact_list,
    draw_record,
    invitation,
    meeting,
    opinion_form,
    panel_opinion,
    rating_sheet,
    recusal_declaration,
    sanction_letter,
)

BUREAU = "济南市历城区财政局"

RUBRIC = (
    commission_letter.RubricLine("工作方案与指标体系", "20", "专家", "指标是否贴合项目、可衡量，权重是否有依据"),
    commission_letter.RubricLine(
        "实施与证据（底稿、现场、样本）", "20", "科室", "现场记录、样本覆盖面、底稿与结论的对应"
    ),
    commission_letter.RubricLine("分析与结论", "25", "专家", "分析是否由数据支撑，结论是否明确"),
    commission_letter.RubricLine("问题与建议的针对性、可操作性", "15", "专家", "问题有页码有证据，建议有主体有时限"),
    commission_letter.RubricLine("结构、数据与文字", "10", "专家", "七部分齐备，数据前后一致"),
    commission_letter.RubricLine("时效与纪律", "10", "系统、科室", "净逾期每个工作日扣 1 分，至多 10 分"),
)

LETTER = commission_letter.CommissionLetter(
    bureau=BUREAU,
    number="济历城财绩函〔2020〕18号",
    addressee="泉衡绩效评价咨询有限公司（演示）",
    addressee_code="91350100M000100Y43",
    project="唐冶新区污水处理厂",
    project_code="370112-2019-0147",
    unit="区住房和城乡建设局",
    supervising_unit="区住房和城乡建设局",
    task_kind="重点项目评价",
    budget_year=2019,
    budget_kinds=("一般公共预算", "政府性基金预算"),
    project_amount_cents=9_860_500_000,
    fee_cents=18_600_000,
    route="公开抽取（抽取〔2020〕11号）",
    lead_evaluator="赵䶮",
    lead_certificate="SD-ZP-2017-0236",
    team_size=5,
    draft_due_on=date(2020, 9, 18),
    final_due_on=date(2020, 10, 16),
    rule_set="历城区 2020.1（至 2021年1月27日）",
    basis=("《中华人民共和国预算法》", "《项目支出绩效评价管理办法》（财预〔2020〕10号）"),
    rubric_name="绩效评价报告质量评分标准",
    rubric_version="第 2 版",
    rubric=RUBRIC,
    vetoes=("转包", "虚假", "泄密", "抄袭"),
    bands=(("优秀", "90 分及以上"), ("良好", "80 至 90 分"), ("合格", "60 至 80 分"), ("不合格", "60 分以下")),
    signed_on=date(2020, 8, 5),
    contact="王砚清",
    telephone="0531-0000 0000",
    copies=("区住房和城乡建设局", "局政府采购科"),
    attachments=("保密与廉洁承诺书",),
    address="https://gongping.example/firm/tasks/7/",
)

H = "deecea8f300b18e7211fd45d27a7e43b40f67d71de5153fffb15bb242c550df5"
SEED = "404ff06794c7fc2f3d3e5810a4816ebb395484591a6c5ab53787a2fcb196d751"

DRAW = draw_record.DrawRecord(
    bureau=BUREAU,
    number="抽取〔2020〕11号",
    task="唐冶新区污水处理厂 报告专家评审",
    unit="区住房和城乡建设局",
    attempt=1,
    algorithm="gongping-1",
    rule_set="历城区 2020.1",
    group_limit=1,
    seats=(draw_record.SeatLine("污水处理", 2, 16), draw_record.SeatLine("财务", 1, 9)),
    pool=34,
    eligible=25,
    excluded=(
        draw_record.ExclusionLine("三年内在被评价单位任职", "参照 财库〔2016〕198号 第十六条", 3),
        draw_record.ExclusionLine("距上次评审同一单位不满 90 日", "", 2),
        draw_record.ExclusionLine("本年已满 12 次", "", 2),
        draw_record.ExclusionLine("在承办机构任职", "参照 财库〔2016〕198号 第十六条", 1),
        draw_record.ExclusionLine("暂停期内，至 2020年12月1日", "", 1),
    ),
    previews=2,
    commitment=H,
    frozen_at=datetime(2020, 10, 13, 1, 41, tzinfo=UTC),
    parties=(
        draw_record.PartyLine(
            "经办方",
            "王砚清",
            "绩效科",
            "1e2b7fe96ff374c0a92c3d9af7847d4986968754becf3a6abcade302e1f73536",
            "0" * 63 + "1",
        ),
        draw_record.PartyLine(
            "监督方", "陈伯言", "机关纪委", "02290e3ef32d402faf466449806d0edfbd6714abc3cd7d4794dcb86925882392", "f" * 64
        ),
    ),
    public_values=(
        draw_record.PublicValue("双色球 2020100 期", "2 5 8 9 10 12 34", "中国福利彩票官网，2020年10月13日 21:30"),
    ),
    seed=SEED,
    order=(7, 1, 3, 22, 18, 11, 5, 19, 9, 6, 16, 14, 25, 15, 10, 21, 4, 24, 23, 13, 17, 20, 8, 12, 2),
    drawn_at=datetime(2020, 10, 13, 13, 46, tzinfo=UTC),
    seated=(
        draw_record.SeatedLine(1, "7", "污水处理", "丙"),
        draw_record.SeatedLine(2, "1", "财务", "庚"),
        draw_record.SeatedLine(5, "18", "污水处理", "辛"),
    ),
    skipped=(
        draw_record.SkippedLine(3, "3", "同一单位已有人入席（组 丙）"),
        draw_record.SkippedLine(4, "22", "财务席已满"),
    ),
    sealed_alternates=20,
    verify_url="http://10.1.2.3:8000/public/draws/deecea8f300b18e7/",
    collusion="经办方、监督方，且能预知双色球开奖号码",
)

PROJECT = "唐冶片区绿化提升（演示）"
UNIT = "区园林绿化服务中心"
FIRM = "泉衡绩效评价咨询有限公司（演示）"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

RATING = rating_sheet.RatingSheet(
    bureau=BUREAU,
    number="评级〔2020〕12号",
    project=PROJECT,
    unit=UNIT,
    firm=FIRM,
    lead_evaluator="周㛃",
    report_version="定稿",
    report_sha256=SHA,
    rubric_version="第 2 版",
    formula_version="第 1 版（五人，去一高一低取平均）",
    raters=("甲", "乙", "丙", "丁", "戊"),
    rows=(
        rating_sheet.ScoreRow("工作方案与指标体系", "20", "专家", ("17.0", "18.0", "16.0", "16.5", "16.5"), "2.0"),
        rating_sheet.ScoreRow("实施与证据（底稿、现场、样本）", "20", "科室", ("16.5",) * 5),
        rating_sheet.ScoreRow("分析与结论", "25", "专家", ("21.0", "22.5", "13.5", "20.5", "19.0"), "9.0"),
        rating_sheet.ScoreRow(
            "问题与建议的针对性、可操作性", "15", "专家", ("12.5", "13.0", "11.0", "12.5", "11.5"), "2.0"
        ),
        rating_sheet.ScoreRow("结构、数据与文字", "10", "专家", ("8.5", "9.0", "8.0", "8.5", "8.0"), "1.0"),
        rating_sheet.ScoreRow("时效与纪律", "10", "系统", ("8.0",) * 5),
    ),
    totals=("83.50", "87.00", "73.00", "82.50", "79.50"),
    used=("计入", "去最高", "去最低", "计入", "计入"),
    steps=(
        "五名评分人合计：83.50、87.00、73.00、82.50、79.50",
        "去掉最高 87.00、最低 73.00",
        "(83.50 + 82.50 + 79.50) ÷ 3 = 245.50 ÷ 3 = 81.8333…",
        "按四舍五入保留两位小数打印为 81.83；等级按精确值 491/6 判定，落在 [80, 90)，为良好",
    ),
    raw="81.83",
    adjustments=(),
    score="81.83",
    grade="良好",
    low="78.77",
    high="84.90",
    interval_words="81.83 ± t(0.975, 38) × s × c = 2.024 × 3.18 × 0.4766 = 3.07。s 为本年组内合并标准差，自由度 38。",
    standing="临界，须增加一名评分人",
    bands=(("不合格", "0"), ("合格", "60"), ("良好", "80"), ("优秀", "90")),
    deductions=(
        rating_sheet.DeductionLine("分析与结论", "第 18 页", "效益指标只列问卷结果，没有说明样本如何抽取"),
        rating_sheet.DeductionLine("结构、数据与文字", "第 23 页", "附件2合同金额与正文相差 1.2 万元"),
    ),
    appeal_words="对评分有异议的，自收到告知之日起 10 个工作日内，就具体评分项书面申诉一次，由未参与评分的人员复核。",
    journal_position="第 1842 条",
    verify_url="http://10.1.2.3:8000/public/ratings/12/",
)

APPROVAL = approval_form.ApprovalForm(
    bureau=BUREAU,
    number="呈批〔2020〕37号",
    kind="选定第三方机构",
    subject="关于委托泉衡绩效评价咨询有限公司开展唐冶新区污水处理厂重点项目评价的请示",
    matter=(
        "唐冶新区污水处理厂已列入 2020 年重点评价计划。经公开抽取，该公司入席第 1 位，主评人赵䶮，回避确认无冲突。",
        "委托费用 18.6 万元，从绩效评价专项经费列支，未超过分散采购限额。",
    ),
    section="绩效管理科",
    drafted_by="王砚清",
    drafted_on=date(2020, 8, 3),
    rule_source="本局审批规则 第 3 条",
    amount_cents=18_600_000,
    attachments=("抽取记录表", "回避确认书", "委托书（代拟稿）"),
    steps=(
        approval_form.StepLine(
            "科室负责人", "李仲衡", "同意", "抽取过程完整，请会签。", "2020年8月3日 15:20", way="系统签批"
        ),
        approval_form.StepLine("会签 政府采购科", "孙若木", "同意", "", "2020年8月4日 09:05", way="系统签批"),
        approval_form.StepLine(
            "分管领导",
            "周㛃",
            "同意",
            "按合同法审核后签订。",
            "2020年8月4日 16:40",
            "郑伯庸",
            "授权〔2020〕2号，至8月15日",
            "手签扫描",
        ),
        approval_form.StepLine("主要领导", "钱望舒"),
    ),
)

OPINION = opinion_form.OpinionForm(
    bureau=BUREAU,
    number="意见〔2020〕55号",
    project=PROJECT,
    unit=UNIT,
    report_title="唐冶片区绿化提升绩效评价报告",
    report_version="送审稿",
    report_sha256=SHA,
    rubric_version="第 2 版",
    expert="林𬭎",
    title="高级工程师",
    specialty="园林绿化",
    items=(
        opinion_form.ItemScore("工作方案与指标体系", "20", "17.0", "第 9 页：成活率指标未写明测量时点"),
        opinion_form.ItemScore("分析与结论", "25", "21.0", "第 18 页：效益分析以问卷代替数据"),
        opinion_form.ItemScore("问题与建议的针对性、可操作性", "15", "12.5", "第 24 页：第三条建议没有责任单位"),
        opinion_form.ItemScore("结构、数据与文字", "10", "8.5", "第 23 页：合同金额前后不一"),
    ),
    total="59.0",
    total_weight="70",
    findings=(
        opinion_form.FindingLine("18", "分析与结论", "较重", "问卷 60 份，未说明抽样方法，结论外推不成立。"),
        opinion_form.FindingLine("23", "结构、数据与文字", "一般", "附件2合同金额 128.4 万元，正文写 127.2 万元。"),
    ),
    conclusion="报告结构完整，证据基本充分，修改第 18 页效益分析后可以定稿。",
    closing_question="会",
    submitted_on=date(2020, 10, 19),
    on_behalf="王砚清 2020年10月20日",
)

PANEL = panel_opinion.PanelOpinion(
    bureau=BUREAU,
    number="组意见〔2020〕9号",
    project="区人社局就业援助资金",
    unit="区人力资源和社会保障局",
    material="事前绩效评估报告（复评）",
    held_at="2020年11月12日 9:00—11:30",
    place="区财政局 305 会议室",
    members=(
        panel_opinion.MemberLine("林𬭎", "组长", "研究员", "省财政科学研究所（演示）", "到会"),
        panel_opinion.MemberLine("高𠅤", "组员", "副教授", "济南某高校（演示）", "到会"),
        panel_opinion.MemberLine("许知远", "组员", "高级会计师", "退休", "到会"),
    ),
    overall=("项目立项依据充分，资金测算方法基本合理，绩效目标与支出方向一致。",),
    problems=("援助对象人数按上年数简单上浮 10%，没有依据；", "部分指标不可衡量。"),
    suggestions=("按登记失业人数重新测算，核减不合理部分；", "补充政策退出条件。"),
    conclusion="建议部分支持，核减后予以安排。",
    votes="同意 2 人，不同意 1 人",
    dissent=(panel_opinion.DissentLine("许知远", "核减幅度偏大，会影响公益性岗位的兑现。"),),
)

CERTIFICATE = certificate.Certificate(
    bureau=BUREAU,
    number="训证〔2020〕086号",
    name="高𠅤",
    employer="泉衡绩效评价咨询有限公司（演示）",
    masked_id="身份证尾号 0013",
    course="部门整体支出绩效评价实务",
    began_on=date(2020, 7, 23),
    ended_on=date(2020, 7, 24),
    hours="12",
    result="合格",
    issued_on=date(2020, 7, 31),
    counts_for="2020 年度继续教育",
    verify_url="http://10.1.2.3:8000/public/certificates/XZ2020086/",
)

NOTICE = meeting.MeetingNotice(
    bureau=BUREAU,
    number="评审通知〔2020〕14号",
    addressees=("区园林绿化服务中心", FIRM),
    project=PROJECT,
    material="绩效评价报告送审稿及附件",
    held_at="2020年10月19日（星期一）9:00",
    place="区财政局 305 会议室",
    attendees=("评审专家（名单由我局掌握）", "被评价单位绩效联络员、财务负责人", "承办机构主评人及项目组成员"),
    agenda=(
        meeting.AgendaLine("9:00—9:20", "承办机构汇报", "主评人"),
        meeting.AgendaLine("9:20—10:20", "专家质询", "专家组组长"),
        meeting.AgendaLine("10:20—11:30", "专家独立评分、形成意见", "专家组组长"),
    ),
    requirements=("主评人须到会汇报，不得由他人代替；", "参会人员凭有效证件签到。"),
    contact="王砚清，0531-0000 0000",
    signed_on=date(2020, 10, 12),
    copies=("局监督检查科",),
)

INVITATION = invitation.Invitation(
    bureau=BUREAU,
    number="邀请〔2020〕3号",
    addressee="林𬭎",
    seats=(
        invitation.InvitedSeat(
            "复2020-014", "事前评估复评", "2020年10月19日，1 个半天", "区财政局 305 会议室", "2020年10月26日"
        ),
        invitation.InvitedSeat("复2020-021", "评价报告专家评审", "函审", "—", "2020年10月28日"),
    ),
    contact="王砚清",
    signed_on=date(2020, 10, 12),
)

SIGN_IN = meeting.SignInSheet(
    bureau=BUREAU,
    number="签到〔2020〕14号",
    project=PROJECT,
    held_at="2020年10月19日 9:00",
    place="区财政局 305 会议室",
    attendees=(
        meeting.Attendee("林𬭎", "省财政科学研究所（演示）", "专家"),
        meeting.Attendee("周㛃", FIRM, "主评人"),
        meeting.Attendee("陈伯言", BUREAU, "监督"),
    ),
)

RECUSAL = recusal_declaration.RecusalDeclaration(
    bureau=BUREAU,
    number="回避〔2020〕61号",
    project=PROJECT,
    unit=UNIT,
    firm=FIRM,
    person="高𠅤",
    role="评审专家",
    employer="济南某高校（演示）",
    rule="参照 财库〔2016〕198号 第十六条",
    questions=(
        recusal_declaration.QuestionLine(
            "参加本次活动前三年内，与被评价单位或承办机构存在劳动关系，或者担任其董事、监事", answer=False
        ),
        recusal_declaration.QuestionLine(
            "与被评价单位、承办机构负责人有夫妻、直系血亲、三代以内旁系血亲或者近姻亲关系", answer=False
        ),
        recusal_declaration.QuestionLine(
            "参与过本项目的事前评估、可行性研究、审计、记账或者咨询", answer=True, details="2019年参加可研评审会一次"
        ),
    ),
    declared_on=date(2020, 10, 14),
    words="可研评审未领取报酬，请组织认定。",
    decision="属于应当回避情形，递补下一位。",
)

CONTACTS = contact_list.ContactList(
    bureau=BUREAU,
    held_on=date(2020, 10, 19),
    groups=(
        contact_list.ContactGroup(
            "局内科室", (contact_list.ContactLine("绩效管理科", "科室负责人", "赵䶮", "139****5678"),)
        ),
        contact_list.ContactGroup(
            "预算单位", (contact_list.ContactLine("区住房和城乡建设局", "绩效联络员", "周演示", "138****0001"),)
        ),
    ),
    purpose="评审会务（演示）",
    printed_by="王砚清",
)

SANCTION = sanction_letter.SanctionLetter(
    bureau=BUREAU,
    kind="事先告知书",
    number="告知〔2020〕3号",
    title="处理事先告知书",
    addressee="泉衡绩效评价咨询有限公司（演示）",
    opening=("经查，你单位存在下列情形，本局拟作出处理。现将事实、依据和拟作出的处理告知如下：",),
    parts=(
        sanction_letter.Part("一、事实", quoted="两次逾期提交，整改不力。"),
        sanction_letter.Part("二、依据", ("历城财绩〔2020〕2号",)),
        sanction_letter.Part("三、拟作出的处理", ("暂停承接本局委托的绩效评价任务3个月。",)),
        sanction_letter.Part("四、在办任务", listed=("评〔2020〕6号 社区居家养老服务购买：继续完成",)),
    ),
    pairs=(("地点", "四楼会议室"),),
    signed_on=date(2020, 12, 17),
    receipt=True,
    note="对本告知有异议的，可以向本局书面提出。",
)
