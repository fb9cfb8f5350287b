"""Invented people and codes for the demonstration year: valid check characters, areas that nobody was ever given."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from faces.documents.evaluation_report.facts import Dice
from foundation.core.identifiers import ID_CHECK, ID_WEIGHTS, uscc_check_character

NO_AREA: Final = "379999"  # no such area code: the number can belong to nobody
BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
)
MALE: Final = (
    "志远 建国 明轩 立军 文博 海涛 国栋 伟民 俊杰 振华 德胜 晓东 鹏飞 长青 "
    "思源 永强 家齐 卫平 宗泽 继业 敬之 守仁 成林 玉堂 书恒 云帆 景行 维桢 "
    "承志 广泰 怀瑾 若木 川 峻 毅 磊 涵之 兆丰 培元 世杰 克俭 延年 "
    "方舟 启明 润生 鸿儒 天佑 以宁"
)
FEMALE: Final = (
    "静 敏 秀英 丽娜 雪梅 玉兰 晓燕 若溪 婉清 佳宁 文静 淑芬 海燕 思琪 "
    "月华 春霞 红梅 雅琴 慧敏 素云 采薇 令仪 砚清 知秋 念慈 亚男 桂芝 爱华 "
    "书瑶 彤 颖 倩 琳 岚 蕙 宁馨 如意 静姝 锦书 清越 映雪 望舒 "
    "沁 冬梅 秋菊 晨曦 梦洁"
)
RARE: Final = ("龚䶮", "李㛃", "王𬭎", "郑玥", "宋喆", "刘龑")


@dataclass(frozen=True, slots=True)
class Invented:
    """A person who does not exist."""

    name: str
    id_number: str
    phone: str
    born_on: date


class People:
    """A source of people, the same ones in the same order every time; no name and no number twice."""

    def __init__(self, seed: str) -> None:
        """Start from the seed."""
        self.dice = Dice(seed)
        self.names: set[str] = set()
        self.count = 0
        self.rare = list(RARE)

    def next(self, *, born_from: int = 1962, born_to: int = 1986, rare: bool = False) -> Invented:
        """Return somebody new, born between the two years (both included)."""
        self.count += 1
        woman = self.dice.below(100) < 42
        name = self.rare.pop(0) if rare and self.rare else self._name(woman=woman)
        born = date(self.dice.between(born_from, born_to), self.dice.between(1, 12), self.dice.between(1, 28))
        return Invented(name, self._id_number(born, woman=woman), f"1990000{self.count:04d}", born)

    def _name(self, *, woman: bool) -> str:
        given = (FEMALE if woman else MALE).split()
        while (name := self.dice.pick(SURNAMES) + self.dice.pick(given)) in self.names:
            pass
        self.names.add(name)
        return name

    def _id_number(self, born: date, *, woman: bool) -> str:
        order = (self.count * 2) % 1000 + (0 if woman else 1)
        body = f"{NO_AREA}{born:%Y%m%d}{order % 1000:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
        return body + ID_CHECK[total % 11]


def uscc(kind: str, number: int) -> str:
    """Return a valid unified social credit code that was never given; ``kind`` is its first two digits."""
    body = f"MADM{number:04d}"
    digits = [int(char) if char.isdigit() else ord(char) - 55 for char in body]
    check = 11 - sum(value * weight for value, weight in zip(digits, BODY_WEIGHTS, strict=True)) % 11
    organisation = body + {10: "X", 11: "0"}.get(check, str(check))
    code = f"{kind}{NO_AREA}{organisation}"
    return code + uscc_check_character(code)
