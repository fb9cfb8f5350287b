"""Sample values for the style book. Nothing here reaches a real page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms

from faces.pages.shared.actions import ActionForm
from faces.pages.shared.facets import FacetGroup, FacetOption
from faces.pages.shared.lists import Chip
from faces.pages.shared.objects import Tab
from faces.pages.shared.rail import RailGroup, RailItem
from faces.pages.shared.steps import LogLine, Step, Track
from foundation.core.errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime


class SampleForm(ActionForm):
    """One control of every kind."""

    page = forms.IntegerField(label="页码", help_text="报告中的页码")
    item = forms.ChoiceField(label="扣在哪一项", choices=[("a", "分析与结论"), ("b", "问题与建议")])
    severity = forms.ChoiceField(
        label="轻重", choices=[("h", "严重"), ("m", "一般"), ("l", "提示")], widget=forms.RadioSelect
    )
    words = forms.CharField(label="写下问题", widget=forms.Textarea)
    on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    parts = forms.MultipleChoiceField(
        label="附件", choices=[("1", "评分表"), ("2", "照片")], widget=forms.CheckboxSelectMultiple, required=False
    )
    unknown = forms.BooleanField(label="有一项无法判断", required=False)
    scan = forms.FileField(label="扫描件", required=False)


@dataclass(frozen=True)
class Amount:
    """A line of the sample table."""

    name: str
    amount_cents: int


def context(*, now: datetime) -> dict[str, Any]:
    """Return the values that the style book draws."""
    form = SampleForm({"page": "x", "item": "a", "severity": "m", "words": "建议只写“加强管理”。", "on": "2020-10-19"})
    form.is_valid()
    form.refuse(
        Refusal(
            code="recent_employer",
            message="该专家三年内在被评价单位任职，2023 年 3 月 1 日起可以评审。",
            source="参照 财库〔2016〕198号 第十六条",
        )
    )
    return {
        "form": form,
        "now": now,
        "steps": [
            Step("计划", ("3月18日", "印发"), "done"),
            Step("选定", ("6月9日", "抽取"), "done"),
            Step("征求意见", ("9月7日", "停钟 5 日"), "done", stopped=True),
            Step("专家评审", ("应 10月23日", "余 4 工作日"), "now"),
            Step("定稿", ("应 11月4日",)),
            Step("验收", ("应 11月11日",)),
        ],
        "tracks": [
            Track("报告线", (Step("审定"), Step("反馈整改"), Step("公开"))),
            Track("机构线", (Step("质量评级"), Step("申诉期", ("10 工作日",)), Step("尾款"))),
        ],
        "history": [
            LogLine(now, "王砚清", "第二次电话，未应。"),
            LogLine(now - timedelta(days=35), "周慎之", "批准停钟 5 个工作日。", "出水数据须向运营方调取。"),
        ],
        "tabs": [Tab("a", "文书与版本", url="?tab=a", current=True), Tab("b", "人员", count=7, url="?tab=b")],
        "facets": [
            FacetGroup(
                "state",
                "状态",
                (FacetOption("a", "专家评审", 3, checked=True), FacetOption("b", "实施", 1200, checked=False)),
            ),
            FacetGroup("year", "工作年度", (FacetOption("2020", "2020", 15, checked=False),)),
        ],
        "chips": [Chip("状态 专家评审", "?"), Chip("污水", "?")],
        "q": "污水",
        "searchable": True,
        "amounts": [Amount("唐冶新区污水处理厂项目", 376_300_000_000), Amount("公交线路补贴", 38_600_000)],
        "digest": "f5c1ad56e9228bc1eead999880d7892a0a99b28efd59a6a84f200b6cb88783a5",
        "counted": [8350, 8250, 7950],
        "cut": [8700, 7300],
        "sample_rail": [
            RailGroup("案头", (RailItem("今日", "#", 2, over=True, current=True), RailItem("呈批", "#", 3))),
            RailGroup("业务", (RailItem("评价任务", "#", 15), RailItem("抽取", "#"))),
        ],
        "consequence_lines": ["3 位专家将收到评审取消的通知", "12 号留作空号，不再使用，记录保留"],
        "next_url": "?after=x",
        "previous_url": "?before=x",
    }
