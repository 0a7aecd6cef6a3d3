"""Units of measurement, as data: a new unit is a line in a table."""

PREFIXES = {
    "n": "nano", "µ": "micro", "m": "milli", "c": "centi", "d": "deci", "h": "hecto", "k": "kilo", "M": "mega", "G": "giga",
    "T": "tera", "P": "peta",
}  # fmt: skip
# Symbol: its name, and the prefixes that it is written with; `-` stands for none.
_METRIC = {
    "m": ("meter", "-nµmck"), "g": ("gram", "-nµmk"), "L": ("liter", "-µmcd"), "l": ("liter", "-µmcd"), "s": ("second", "-nµm"),
    "Hz": ("hertz", "-kMGT"), "W": ("watt", "-µmkMGT"), "Wh": ("watt hour", "-kMGT"), "V": ("volt", "-nµmkM"), "A": ("amp", "nµmk"),
    "Ah": ("amp hour", "-m"), "F": ("farad", "nµm"), "Ω": ("ohm", "-mkM"), "J": ("joule", "-kMG"), "N": ("newton", "k"),
    "Pa": ("pascal", "-hkMG"), "mol": ("mole", "-nµm"), "B": ("byte", "kMGTP"), "bps": ("bit per second", "-kMGT"),
    "bit/s": ("bit per second", "-kMGT"), "b/s": ("bit per second", "kMG"), "bit": ("bit", "kMG"), "eV": ("electronvolt", "-kMGT"),
    "cal": ("calorie", "k"), "bar": ("bar", "-m"), "Sv": ("sievert", "-µm"), "Bq": ("becquerel", "-kM"), "t": ("ton", "-kM"),
}  # fmt: skip
# As they are written: what one of them is called.
_OTHERS = {
    "lb": "pound", "lbs": "pound", "oz": "ounce", "fl oz": "fluid ounce", "ft": "foot", "mi": "mile", "yd": "yard", "gal": "gallon",
    "tsp": "teaspoon", "tbsp": "tablespoon", "tbsps": "tablespoon", "qt": "quart", "pcs": "piece", "pkg": "package", "mcg": "microgram",
    "mph": "mile per hour", "kph": "kilometer per hour", "kn": "knot", "nmi": "nautical mile", "fps": "frame per second",
    "bp": "basis point", "rpm": "R P M", "dpi": "D P I", "ppm": "part per million", "ppb": "part per billion", "dB": "decibel", "dBm": "decibel milliwatt",
    "mmHg": "millimeter of mercury", "KB": "kilobyte", "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte", "TiB": "tebibyte",
    "ha": "hectare", "sq ft": "square foot", "sq m": "square meter", "sq mi": "square mile", "sq km": "square kilometer", "px": "pixel",
    "°C": "degree Celsius", "℃": "degree Celsius", "ºC": "degree Celsius", "°F": "degree Fahrenheit", "ºF": "degree Fahrenheit",
    "℉": "degree Fahrenheit", "°": "degree", "%": "percent", "‰": "per mill", "″": "inch", "h": "hour", "hr": "hour", "hrs": "hour",
    "min": "minute", "mins": "minute", "sec": "second", "secs": "second", "d": "day", "wk": "week", "wks": "week", "mo": "month", "mos": "month",
    "yr": "year", "yrs": "year", "KG": "kilogram", "KM": "kilometer", "CM": "centimeter", "ML": "milliliter", "LB": "pound", "LBS": "pound",
    "OZ": "ounce", "FT": "foot", "kbps": "kilobit per second", "mbps": "megabit per second", "gbps": "gigabit per second", "cc": "C C", "psi": "P S I", "K/s": "kelvin per second",
}  # fmt: skip
_POWERS = {"²": "square", "³": "cubic", "^2": "square", "^3": "cubic"}
_LENGTHS = {
    "m": "meter",
    "km": "kilometer",
    "cm": "centimeter",
    "mm": "millimeter",
    "µm": "micrometer",
    "ft": "foot",
    "in": "inch",
    "mi": "mile",
}

UNITS = {
    **{("" if p == "-" else p) + symbol: ("" if p == "-" else PREFIXES[p]) + name for symbol, (name, prefixes) in _METRIC.items() for p in prefixes},
    **_OTHERS,
    **{f"{symbol}{power}": f"{word} {name}" for symbol, name in _LENGTHS.items() for power, word in _POWERS.items()},
    **{f"{symbol}{power}": f"{_POWERS['^' + power]} {_LENGTHS[symbol]}" for symbol in ("m", "km", "cm", "mm", "ft") for power in "23"},
}  # fmt: skip
"""Symbol to the name of one."""
DENOMINATORS = UNITS | {
    "s²": "second squared", "s^2": "second squared", "day": "day", "month": "month", "year": "year", "week": "week", "hour": "hour", "night": "night",
    "person": "person", "minute": "minute", "second": "second", "head": "head", "page": "page", "user": "user", "seat": "seat", "unit": "unit",
    "item": "item", "token": "token", "pc": "piece", "beat": "beat", "barrel": "barrel", "bbl": "barrel", "bottle": "bottle", "child": "child", "adult": "adult", "guest": "guest", "room": "room", "sq ft": "square foot", "ton": "ton", "share": "share", "lb": "pound",
}  # fmt: skip
"""What may stand after a slash: `mg/dL`, `$5/month`, `m/s²`."""
DOTTED = (
    "tbsp",
    "tsp",
    "min",
    "mins",
    "hr",
    "hrs",
    "oz",
    "lb",
    "lbs",
    "sec",
    "ft",
    "yd",
    "mi",
    "wk",
    "yr",
    "yrs",
    "mo",
    "pcs",
    "gal",
    "qt",
)
"""Units that may have a full stop of their own."""
_SAME = frozenset(["percent", "hertz", "R P M", "D P I", "C C", "P S I", "per mill"])
_IRREGULAR = {"foot": "feet", "inch": "inches"}


def plural(unit: str) -> str:
    """`mile per hour` as `miles per hour`."""
    head, linked, rest = unit, "", ""
    for link in (" per ", " of "):
        if link in unit:
            head, linked, rest = unit.partition(link)
            break
    named, degree, scale = head.partition("degree ")
    if degree:
        return f"{named}degrees {scale}"
    *before, last = head.split(" ")
    same = head in _SAME or last.endswith("hertz") or head == "per mill"
    return (head if same else " ".join([*before, _IRREGULAR.get(last, f"{last}s")])) + linked + rest
