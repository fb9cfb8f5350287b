"""The vocabulary of demonstration reports: what differs between kinds of projects, and ways to say the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Trade:
    """What a kind of project does, buys, files and serves."""

    works: Sequence[str]
    papers: Sequence[str]
    parties: Sequence[str]
    served: str
    unit_of_work: str
    risks: Sequence[str]
    questions: Sequence[str]


TRADES: Final[Mapping[str, Trade]] = {
    "工程类": Trade(
        works=(
            "土建施工",
            "设备安装",
            "管网敷设",
            "场地平整",
            "绿化恢复",
            "道路接驳",
            "电气改造",
            "外墙保温",
            "屋面防水",
            "监控系统接入",
        ),
        papers=(
            "施工合同",
            "监理日志",
            "隐蔽工程验收记录",
            "工程进度款审批单",
            "竣工结算审核报告",
            "施工许可证",
            "设计变更单",
            "材料检测报告",
        ),
        parties=("施工单位", "监理单位", "设计单位", "跟踪审计单位"),
        served="周边居民",
        unit_of_work="标段",
        risks=(
            "设计变更未及时履行审批手续",
            "竣工资料移交滞后",
            "进度款支付比例与合同约定不一致",
            "管护责任主体不明确",
            "工程签证附件不全",
        ),
        questions=("对施工期间噪声扬尘控制", "对工程质量", "对设施使用便利", "对完工后环境改善", "对意见处理速度"),
    ),
    "设备购置类": Trade(
        works=(
            "设备采购",
            "安装调试",
            "人员培训",
            "系统联调",
            "旧设备处置",
            "场所改造",
            "耗材配备",
            "质保服务",
            "资产登记",
            "软件授权",
        ),
        papers=(
            "政府采购合同",
            "中标通知书",
            "到货验收单",
            "固定资产入库单",
            "培训签到表",
            "安装调试报告",
            "质保协议",
            "设备使用台账",
        ),
        parties=("中标供应商", "使用科室", "采购代理机构", "资产管理科"),
        served="使用人员",
        unit_of_work="批次",
        risks=(
            "设备到货后闲置时间较长",
            "资产卡片登记不及时",
            "采购需求论证不充分",
            "培训覆盖面不足",
            "质保期内维修记录缺失",
        ),
        questions=("对设备性能", "对培训安排", "对售后响应", "对配置标准", "对操作便利"),
    ),
    "政策类": Trade(
        works=(
            "对象申报",
            "资格审核",
            "公示",
            "资金拨付",
            "动态复核",
            "政策宣传",
            "数据比对",
            "信访答复",
            "退出清理",
            "档案归集",
        ),
        papers=(
            "补助申请表",
            "公示照片",
            "资金发放花名册",
            "银行代发明细",
            "资格复核表",
            "政策宣传材料",
            "部门间数据比对结果",
            "会议纪要",
        ),
        parties=("各街道办事处", "代发银行", "村居委会", "民政部门"),
        served="受益对象",
        unit_of_work="批",
        risks=(
            "对象信息更新不及时",
            "部分对象死亡或迁出后停发滞后",
            "公示期限不足",
            "部门间数据未共享",
            "政策知晓率不高",
        ),
        questions=("对政策知晓", "对申报手续", "对审核公正", "对发放及时", "对补助标准"),
    ),
    "其他": Trade(
        works=(
            "方案制定",
            "服务采购",
            "日常巡查",
            "季度考核",
            "活动组织",
            "迎检资料整理",
            "宣传发动",
            "人员调配",
            "信息报送",
            "成果验收",
        ),
        papers=("服务合同", "考核评分表", "巡查记录", "支付申请单", "活动签到表", "工作总结", "会议纪要", "验收意见书"),
        parties=("服务承接单位", "各镇街", "业务科室", "考核小组"),
        served="服务对象",
        unit_of_work="项",
        risks=(
            "考核结果未与付费挂钩",
            "服务标准不够细化",
            "台账记录不连续",
            "年中任务调整未同步调整绩效目标",
            "成果资料归档不完整",
        ),
        questions=("对服务态度", "对服务质量", "对响应速度", "对服务覆盖", "对信息公开"),
    ),
}

OPENINGS: Final = (
    "为落实全面实施预算绩效管理的要求，{unit}自{start}年{month}月起实施“{project}”",
    "{project}由{unit}提出，{start}年{month}月经区政府常务会议研究同意立项",
    "经{start}年第{turn}次专题会议研究，{unit}承担“{project}”的组织实施",
    "针对{served}反映集中的问题，{unit}于{start}年{month}月启动“{project}”",
    "“{project}”列入{year}年度区级部门预算，由{unit}负责实施",
)
GROUNDS: Final = (
    "立项前，{unit}组织{party}对{works}的现状作了调查，形成调查材料{count}份",
    "区内{served}对{works}的需求逐年上升，近三年相关来信来访{count}件",
    "区级规划将{works}列为约束性内容，明确{unit}为责任单位",
    "此前{works}分散在{less}个部门，标准不一，需要统筹安排资金",
    "上级部门在{start}年度考核中指出{works}存在短板，要求限期补齐",
    "同类项目在周边区县已实施{less}年，可供借鉴的做法主要是{works}的集中管理",
)
DECIDED: Final = (
    "评价组查阅了立项请示、会议纪要和批复文件共{count}份，{name}有据可查",
    "{unit}在{month}月组织论证，邀请{less}名专业人员参加，论证意见{okay}条已采纳",
    "与区级规划和部门职责对照，{works}属于{unit}履职范围，未发现与其他项目重复",
    "预算测算以{paper}为依据，单价参照上年同类支出，测算过程留有底稿{count}页",
    "绩效目标申报表列出{less}项产出指标，其中{works}能够量化",
    "资金分配方案经{party}会商后印发，各{unit_of_work}的安排与工作量基本匹配",
)
UNDECIDED: Final = (
    "但立项论证材料中缺少对{works}的成本测算，{name}依据不充分",
    "扣分主要原因：绩效目标申报表中{less}项指标表述笼统，无法衡量",
    "{works}的预算按上年数上浮{less}%确定，没有附测算说明",
    "会议纪要未记录{party}提出的{less}条意见如何处理，{name}据此扣分",
    "资金分配未体现{works}的实际需求，{count}个{unit_of_work}调整了安排",
)
AIMS: Final = (
    "项目总体目标是在{year}年底前完成{works}等任务，使{served}满意度达到{percent}%以上",
    "按照批复的绩效目标，{year}年度应完成{count}个{unit_of_work}的{works}，验收合格率不低于{percent}%",
    "年度目标包括{count}项产出指标和{less}项效益指标，其中{works}为约束性任务",
    "{unit}在申报预算时设定了{count}项绩效指标，重点反映{works}的完成数量、质量和时效",
)
METHODS: Final = (
    "评价组采用比较法、因素分析法和公众评判法，对{paper}等{count}类资料逐一核对",
    "本次评价以成本效益分析为主，辅以现场核查与问卷调查，共调阅{paper}等资料{count}份",
    "评价工作采取单位自查、资料审核、现场评价、综合分析四步，抽取{count}份{paper}作为底稿证据",
    "考虑到项目特点，评价组对{works}采取全查，对{paper}采取随机抽样，样本{count}份",
)
GOOD: Final = (
    "经核对{paper}，{name}要求的事项已完成，{party}提供的数据与{unit}台账一致",
    "现场抽查的{count}个{unit_of_work}中，{okay}个符合要求，{name}总体较好",
    "从{party}报送的{paper}看，{works}按计划推进，未发现与批复不符的情况",
    "{unit}建立了{paper}登记制度，{month}月以来共登记{count}条，记录完整率{percent}%",
    "评价组将{paper}与支付凭证逐笔勾稽，{count}笔中有{okay}笔一致，差异已由{party}说明",
    "{year}年{month}月，{unit}会同{party}开展了专项检查，检查结论为合格，{name}得到印证",
)
SHORT: Final = (
    "但{risk}，涉及{count}个{unit_of_work}，影响了{name}的得分",
    "扣分主要原因：抽查的{count}份{paper}中有{less}份要素不全",
    "不足之处在于{risk}，{party}至评价基准日仍未完成整改",
    "{year}年{month}月的{paper}显示，{works}晚于计划{less}天，按评分标准予以扣分",
    "评价组访谈{party}时了解到，{risk}，与{unit}自评表述不一致",
)
WHOLE: Final = (
    "该指标要求的资料齐全，评价组未发现需要扣分的事项",
    "对照评分标准逐条核实，均已达到满分条件",
    "经复核{paper}，该指标完成情况符合评分标准，得满分",
)
EXPERIENCE: Final = (
    "{unit}将{works}分解到{count}个责任岗位，按周调度，形成了任务清单、责任清单、时限清单",
    "引入{party}参与{works}全过程监督，{month}月至{later}月共提出意见{count}条，采纳{less}条",
    "通过{paper}线上流转，{works}审核时间由{count}天压缩到{less}天",
    "建立{served}意见直报渠道，累计受理意见{count}条，办结率{percent}%",
    "把{works}的考核结果与付款挂钩，全年据此扣减{party}服务费用{less}.{digit}万元",
)
CAUSES: Final = (
    "原因是{unit}对{works}的前期论证不充分，{party}之间缺少定期会商",
    "主要原因在于绩效目标编制时未征求{party}意见，执行中又未按程序调整",
    "究其原因，{paper}由多个岗位分别保管，缺少统一的归集和复核",
    "深层原因是项目管理人员{year}年内变动{less}次，交接记录不完整",
)
ADVICE: Final = (
    "由{unit}牵头，会同{party}在{later}月底前完善{paper}管理，明确{works}各环节责任人",
    "编制下一年度预算时，按{works}的实际工作量测算，压减重复安排的{count}万元",
    "针对{risk}的问题，{unit}应在收到报告之日起{count}个工作日内制定整改方案并报财政部门",
    "建立{works}的成本标准，以{year}年实际支出为基数逐年校准",
    "健全{served}满意度回访机制，每季度回访不少于{count}人，结果向社会公开",
)
TALKS: Final = (
    "{works}在{month}月份进度最慢，主要受{party}人员不足影响",
    "希望财政部门在年初即明确{works}的支付节点，减少年底集中支付",
    "{paper}要求偏多，建议与{party}共用一套资料",
    "今年{works}比上年顺利，{served}的投诉由{count}件降到{less}件",
    "对{risk}的情况已经知晓，正在研究办法",
)
PLACES: Final = (
    "洪家楼街道", "东风街道", "全福街道", "山大路街道", "王舍人街道", "鲍山街道", "郭店街道", "唐冶街道", "港沟街道",
    "遥墙街道", "临港街道", "仲宫街道", "柳埠街道", "彩石街道", "华山街道", "荷花路街道", "董家街道", "唐王街道",
)  # fmt: skip
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
ROLES: Final = ("项目负责人", "财务人员", "现场管理员", "业务骨干", "档案管理员", "街道联络员", "监督员")
