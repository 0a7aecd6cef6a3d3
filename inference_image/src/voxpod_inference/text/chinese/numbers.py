"""Numbers in Chinese characters."""

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_SCALES = ("", "万", "亿", "万亿")
_MOST_DIGITS = 16


def cardinal(number: int) -> str:
    """10250 as 一万零二百五十, for 0 <= number < 10**16. Two thousand and more begin with 两: 两千, 两万."""
    if number == 0:
        return "零"
    groups, scale = [], 0
    while number:
        number, group = divmod(number, 10_000)
        if group:
            gap = "零" if number and group < 1000 else ""
            groups.append(gap + _below_ten_thousand(group) + _SCALES[scale])
        elif groups and number and not groups[-1].startswith("零"):
            groups.append("零")
        scale += 1
    said = "".join(reversed(groups))
    if said.startswith("一十"):
        said = said[1:]
    return "两" + said[1:] if said[0] == "二" and said[1:2] in ("千", "万", "亿") else said


def _below_ten_thousand(number: int) -> str:
    said, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if zero and said else "") + _DIGITS[digit] + _UNITS[place]
        zero = not digit
    return said


def digits(text: str, one: str = "一") -> str:
    """The digits one by one; on the telephone `one` is 幺."""
    return "".join(one if c == "1" else _DIGITS[int(c)] for c in text if c.isdecimal())


def number(text: str) -> str:
    """A figure as written (`1,250`, `0.05`, `007`) in characters; digit by digit with a leading zero or when very long."""
    whole, _, fraction = text.replace(",", "").replace("，", "").partition(".")
    long = len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole.startswith("0"))
    said = digits(whole) if long else cardinal(int(whole or "0"))
    return f"{said}点{digits(fraction)}" if fraction else said
