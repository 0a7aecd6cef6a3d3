"""Readings that depend on what stands around: 不 and 一, and characters with several readings that stand alone.

Inside a word the dictionary has the reading, but for a few that are mended here. A row of the table is `character | reading | conditions`, all of which must
hold; the first row that holds wins. `before` and `after`: the neighbouring word ends or begins with one of these and with
none of those after `!`. `start` and `end`: there is no neighbour. `long`: the word before has two characters or more.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

# Words whose characters the dictionary has read one by one, wrongly: a character, its reading in these words.
_MISREAD = """
差 cha1 温差 落差 反差 逆差 方差 视差 时差 色差 岁差 利差 价差 残差 压差 级差 高差 息差 球差 量差
长 chang2 全长 最长
重 chong2 重振 重回 重整 重塑 重写 重开 重来 重装 重建 重启 重做 重看 重拍
假 jia4 超假 续假 歇假 收假 渡假
发 fa4 染发 烫发 剪发
行 hang2 支行
得 de5 变得 不见得
得 de2 不得了
了 liao3 不得了
乐 yue4 乐声
数 shu3 数一数
背 bei1 背着
单 shan4 单县
的 di1 打的
大 dai4 大夫
夫 fu5 大夫
"""
_ONE_STAYS = ("一月", "一号", "一楼", "一等", "一级", "一年级", "一班", "一流", "一线", "一审", "一期")
_RECKONED = frozenset(["比", "到", "至", "加", "减", "乘", "除以", "等于"])
_COUNTS = frozenset("零〇一二两三四五六七八九十百千万几每这那半数第")
_DIGITS = frozenset("零〇一二三四五六七八九")
_FIGURES = frozenset("零〇一二三四五六七八九十百千万亿点第")
_TABLE = """
啊 | a1 | start
为 | wei2 | before 称 分 改 定 选 视 设 评 变 译 化 列 判 转 誉 命名 解释 约 均 度 积 格 量 率 数 值 距 额 期 长 高 宽 重 温 名 一分 成 认 尊 订 拜 沦 视作
为 | wei2 | after 零 一 二 两 三 四 五 六 七 八 九 十 百 准 主 首 例 伍 止 难 期 人 师 生 ; before !他 我 你 她 是 愿意 都 也 只
为 | wei2 | before 以
还 | huan2 | after 书 钱 债 款 贷款 账 房贷 车 人情 清 你钱 我钱 他钱 给
还 | huan2 | after 我 你 他 她 ; before 快 把 要 来 没 忘了
了 | liao3 | before 不 ; after !了
了 | liao3 | before 得 ; end
着 | zhao2 | before 睡 睡不 找 没睡 猜 够得 用得 管得 点 ; after !急 !火 的 呢 了 没有 觉 ; before 睡 睡不 没睡 够得 用得 管得
得 | de2 | after 了 过 到 奖 病 分 第 金 银 满 票 高分 名 知 冠军 出 一 不 罪 逞 手 救 胜 体 宠 道 意 力
得 | dei3 | before 我 你 您 他 她 它 我们 你们 咱们 他们 她们 大家 人 人们 总 还 都 就 也 只 必须 可 非 又 今天 明天 现在 谁
得 | dei3 | start
得 | de5 | before !得
地 | de5 | before !这块 !那块 !这片 !那片 !一块 !一片 !当地 !种 !的 !此 !该 !各 !两 !多 !本 !外 !异 !实 !基 !在 !湿 !草 !林 ; long ; after !上 !里 !下 !面 !处 !方 !震 !铁 !广 !大 !区 !势 !很 !是 !有 !的 !位
长 | chang2 | before 很 太 更 最 多 不 好 非常 特别 米 公里 厘米 毫米 分钟 小时 里 丈 尺 这么 那么 有点 略 较 比较 太过 够 越来越 又 再 相当 十分 挺
长 | chang2 | after 约 达 为 宽 短 期 达到 又 十 百 五 三 二 一 四
重 | chong2 | after 来 做 写 看 装 启 建 说 考 跑 画 走 修 拍 听 读 买 拿 选 排 试 练 开 回 返 发 印 逢 ; before !很 !太 !更 !最 !不 !好 !多
只 | zhi1 | before 零 一 二 两 三 四 五 六 七 八 九 十 百 千 万 这 那 几 每 半 多少 哪 数
种 | zhong4 | after 树 花 菜 地 田 草 下 了 过 着 些 水稻 玉米 小麦 粮食 葡萄 苹果 在 上 满 ; before !一 !这 !那 !几 !每 !两 !三 !四 !五 !六 !种 !各 !多 !某 !十 !百 !数 !此 !该
行 | hang2 | before 零 一 二 两 三 四 五 六 七 八 九 十 几 每 这 那 哪 换 空 首 末 隔 同 下 上 商 本 央 总 分 投 ; after !不 !吗 !了
干 | gan1 | before 衣服 头发 河 水 毛巾 嘴 油漆 眼泪 血 ; after 了 透 掉
干 | gan1 | before 很 太 更 晒 擦 口 吹 烘 晾 烤 风 没 未 有点 喝 又 不 已经 还没 ; after !什么 !吗 !活 !净 !嘛 !了
数 | shu3 | after 一 到 了 着 星星 钱 羊 一下 ; before !个 !人 !次 !总 !的 !读
量 | liang2 | after 体温 身高 血压 一 了 尺寸 体重 ; before !的 !重 !数 !大 !产 !销 !流
调 | tiao2 | after 低 高 大 小 整 到 成 慢 快 亮 暗 好 一下 节 ; before !强
差 | chai1 | before 出 公 美 邮 信
差 | cha1 | before 温 时 偏 落 反 误 利 顺 逆 相 的 数值 之 ; after !不 !一点 !点
倒 | dao3 | after 下 了 塌 闭 霉 在 ; before !水 !茶
假 | jia4 | before 天 周 个 长 请 休 放 病 事 产 婚 年 寒 暑 公 补 度 的 星期 ; end
假 | jia4 | before 请 休 放 销 了 ; end
教 | jiao1 | after 我 你 他 她 它 我们 你们 他们 她们 孩子 学生 书 英语 数学 语文 会 了 得 过 大家 人 中文 汉语 小 音乐
空 | kong4 | before 有 没 没有 抽 得 有没有 ; after !气 !间
觉 | jiao4 | before 一 个 好 午 大 懒 睡 睡了 的 ; end
觉 | jiao4 | before 一 个 好 午 懒 睡 睡了
弹 | tan2 | after 钢琴 吉他 琴 得 了 一 着 起 古筝 奏 琵琶 出 过 ; before !导 !炸
卷 | juan4 | before 零 一 二 三 四 五 六 七 八 九 十 第 上 下 这 试 考 答 交 ; after !起 !入 !走
发 | fa4 | before 长 短 剪 烫 染 护
背 | bei1 | after 着 了 起 上 书包 孩子 包袱 ; before !后 !的 !被
当 | dang4 | before 上 典 适 妥 恰 ; after !天 !时
当 | dang4 | after 真 成 作 做 回事
转 | zhuan4 | before 太阳 不停 团团 地球 轮子 ; end
转 | zhuan4 | after 圈 动 一圈 了 着 个圈 来 得 ; before 打 地球 轮子 风车 在 团团 不停地
难 | nan4 | before 遇 受 逃 避 灾 苦 磨 落 患 大 国 ; end
似 | shi4 | after 的
哪 | na5 | end ; before 呢 天
"""


class Word(Protocol):
    """Characters with a reading each."""

    characters: str
    readings: list[str]


W = TypeVar("W", bound=Word)
Condition = Callable[[str, str], bool]
"""Whether the words before and after, or nothing, fit."""


def in_context(words: Sequence[W]) -> Sequence[W]:
    """The words with the readings that their neighbours give them."""
    for i, word in enumerate(words):
        before = words[i - 1].characters if i else ""
        following = words[i + 1] if i + 1 < len(words) else None
        if not word.readings:
            continue
        if word.characters[0] == "一":
            word.readings[0] = _one(word, before, following)
        if len(word.characters) > 1:
            _mend(word, following.characters if following else "")
        elif word.characters == "一":
            continue
        elif len(word.characters) == 1:
            word.readings[0] = _reading(word, before, following)
    return words


def _one(word: Word, before: str, following: Word | None) -> str:
    """一 keeps its tone in figures; before a falling tone it rises, before others it falls."""
    after = following.characters if following else ""
    if before[-1:] in _FIGURES or (word.characters in ("一", "一点") and (after[:1] in _DIGITS or after in _RECKONED)):
        return "yi1"
    if word.characters.startswith(_ONE_STAYS):
        return "yi1"
    if word.characters[1:2] and word.characters[1] not in _FIGURES and word.readings[0] == "yi1":
        return "yi2" if word.readings[1].endswith("4") else "yi4"
    if len(word.characters) > 1 or following is None or not following.readings:
        return word.readings[0]
    return "yi2" if following.readings[0].endswith("4") or after in ("个", "個") else "yi4"


def _mend(word: Word, after: str) -> None:
    """Readings inside a word that follow from its shape: 三只, 第二行, 吃得饱, 轻轻地, 睡不着."""
    characters, readings = word.characters, word.readings
    for i in range(len(characters)):
        if characters[i] == "一" and i and characters[i - 1] in _FIGURES:
            readings[i] = "yi1"
        elif (
            characters[i] == "不" and readings[i] == "bu4" and readings[i + 1 : i + 2] and readings[i + 1].endswith("4")
        ):
            readings[i] = "bu2"
    if (known := _WORDS.get(characters)) is not None:
        readings[:] = [known.get(character, reading) for character, reading in zip(characters, readings, strict=True)]
    elif characters[-1] == "只" and set(characters[:-1]) <= _COUNTS:
        readings[-1] = "zhi1"
    elif characters[-1] == "行" and set(characters[:-1]) <= _COUNTS:
        readings[-1] = "xing2" if after.startswith(("人", "抵", "到", "前往", "于", "在")) else "hang2"
    elif characters.endswith(("不着", "得着")):
        readings[-1] = "zhao2"
    elif len(characters) > 2 and characters[-1] == "地" and characters[-2] == characters[-3]:
        readings[-1] = "de5"
    elif "得" in characters[1:-1] and "不得" not in characters:
        readings[characters.index("得", 1)] = "de5"


def _reading(word: Word, before: str, following: Word | None) -> str:
    if word.characters == "不":
        falls = following is not None and following.readings and following.readings[0].endswith("4")
        return "bu2" if falls else "bu4"
    after = following.characters if following else ""
    for reading, conditions in _ROWS.get(word.characters, ()):
        if all(condition(before, after) for condition in conditions):
            return reading
    return word.readings[0]


def _rows() -> dict[str, list[tuple[str, list[Condition]]]]:
    rows: dict[str, list[tuple[str, list[Condition]]]] = {}
    for line in _TABLE.strip().splitlines():
        character, reading, *conditions = (field.strip() for field in line.split("|"))
        parsed = [_condition(c.split()) for c in "".join(conditions).split(";")]
        rows.setdefault(character, []).append((reading, parsed))
    return rows


def _condition(parts: Sequence[str]) -> Condition:
    where, *listed = parts
    if where in ("start", "end"):
        return lambda before, after: not (before if where == "start" else after)
    if where == "long":
        return lambda before, _: len(before) > 1
    no = tuple(c[1:] for c in listed if c.startswith("!"))
    yes = tuple(c for c in listed if not c.startswith("!"))
    if where == "before":
        return lambda before, _: (not yes or before.endswith(yes)) and not (no and before.endswith(no))
    return lambda _, after: (not yes or after.startswith(yes)) and not (no and after.startswith(no))


def _misread() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for line in _MISREAD.strip().splitlines():
        character, reading, *listed = line.split()
        for word in listed:
            words.setdefault(word, {})[character] = reading
    return words


_ROWS = _rows()
_WORDS = _misread()
