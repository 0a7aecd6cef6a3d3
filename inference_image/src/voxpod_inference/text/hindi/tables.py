"""How Hindi figures, dates, money and signs are said."""

import re

from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.tables import Tables, currencies, pairs, units
from voxpod_inference.text.hindi import numbers
from voxpod_inference.text.traced import Rule

_MONTHS = words("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")
_WRITTEN_MONTHS = "|".join([*_MONTHS, "फरवरी", "सितम्बर", "अक्तूबर", "नवम्बर", "दिसम्बर"])
_WORD = r"[\u0900-\u0963]"
_ENDED = rf"(?!{_WORD}|\w)"


def _year(match: re.Match[str]) -> str:
    return numbers.year(int(match.group()))


def _ordinal(match: re.Match[str]) -> str:
    return numbers.ordinal(int(match[1]), match[2])


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d)/-(?!\d)"), ""),
    (re.compile(r"(?<![\w/.,-])(\d{1,3})(?: 1/2|½)(?![\w/])"), lambda m: _and_a_half(int(m[1]))),
    (re.compile(rf"(?<![\w.,])(\d{{1,4}})-?(?:व|ल|र|थ|ठ)([ािीे][ँंँ]?){_ENDED}"), _ordinal),
    (re.compile(r"(?<=सन् )\d{4}(?!\d)|(?<=साल )\d{4}(?!\d)|(?<=ईस्वी )\d{4}(?!\d)|(?<![\d.,])1[1-9]\d\d(?= (?:में|की|के दशक|की क्रांति|ईस्वी))"), _year),
    (re.compile(rf"(?:(?<={')|(?<='.join(f'{month} ' for month in _WRITTEN_MONTHS.split('|'))}))1[1-9]\d\d(?!\d)"), _year),
    (re.compile(r"(?<![\d.,/-])(1[1-9]\d\d)[-–](1[1-9]\d\d|20\d\d)(?![\d-])"), lambda m: f"{numbers.year(int(m[1]))} से {numbers.year(int(m[2]))}"),
    (re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})(?= से (?:जीत|हार|बराबर|आगे))"), lambda m: f"{numbers.cardinal(int(m[1]))} {numbers.cardinal(int(m[2]))}"),
    (re.compile(r"(?<=अध्याय )[IVX]+\b|(?<=भाग )[IVX]+\b|(?<=खंड )[IVX]+\b"), lambda m: _roman(m.group())),
    (re.compile(rf"(?<={_WORD} )[IVX]+(?= (?:का|की|के|ने|को))"), lambda m: _roman(m.group())),
)  # fmt: skip


def _roman(numeral: str) -> str:
    from voxpod_inference.text.espeak.ordinals import roman

    value = roman(numeral)
    return numbers.cardinal(value) if value else numeral


def _and_a_half(number: int) -> str:
    return {1: "डेढ़", 2: "ढाई"}.get(number) or f"साढ़े {numbers.cardinal(number)}"


TABLES = Tables(
    voice="hi", letters="", numbers=numbers, year=numbers.year, decimal_mark=".", comma="दशमलव", point="दशमलव", minus="माइनस", to="से", per="प्रति", plus="प्लस",
    months=_MONTHS, date="{day} {month} {year}", first="एक", before_date=r"दिनांक|तारीख",
    time="{hour} बजकर {minute} मिनट", seconds="{time}, {seconds} सेकंड", full_hour="{hour} बजे", written_hours="बजे", zero_minutes=False,
    money="{whole} {unit} {cents} {small}", of="", millions="हज़ार|हजार|लाख|करोड़|अरब|खरब|मिलियन|बिलियन",
    magnitudes={},
    currencies=currencies(
        "₹|रु.|रु|रू|Rs.|Rs|INR रुपया रुपये पैसे;$|US$|USD डॉलर डॉलर सेंट;€|EUR|eur यूरो यूरो सेंट;£|GBP पाउंड पाउंड पेंस;¥|JPY येन येन -;"
        "₽|RUB रूबल रूबल -;₺|TRY लीरा लीरा -;₪ शेकेल शेकेल -;฿ बाट बाट -;₫ डोंग डोंग -;₦ नायरा नायरा -;₱ पेसो पेसो -;₴ रिव्निया रिव्निया -;₿ बिटकॉइन बिटकॉइन -;₩ वॉन वॉन -"
    ),
    units=units(
        "km किलोमीटर;किमी किलोमीटर;कि.मी. किलोमीटर;km/h किलोमीटर_प्रति_घंटा;km/hr किलोमीटर_प्रति_घंटा;ha हेक्टेयर;mi मील;ft फुट;yd यार्ड;किमी/घंटा किलोमीटर_प्रति_घंटा;m मीटर;मी. मीटर;मी मीटर;cm सेंटीमीटर;सेमी सेंटीमीटर;mm मिलीमीटर;मिमी मिलीमीटर;"
        "वर्ग_मी. वर्ग_मीटर;वर्ग_किमी वर्ग_किलोमीटर;m² वर्ग_मीटर;m³ घन_मीटर;km² वर्ग_किलोमीटर;"
        "kg किलो;किग्रा किलोग्राम;कि.ग्रा. किलोग्राम;g ग्राम;ग्रा. ग्राम;ग्रा ग्राम;mg मिलीग्राम;मिग्रा मिलीग्राम;µg माइक्रोग्राम;mcg माइक्रोग्राम;l लीटर;L लीटर;ली. लीटर;ml मिलीलीटर;mL मिलीलीटर;मिली मिलीलीटर;मि.ली. मिलीलीटर;"
        "h घंटा घंटे;घं. घंटा घंटे;min मिनट;मि. मिनट;s सेकंड;से. सेकंड;ms मिलीसेकंड;kcal किलोकैलोरी;dB डेसिबल;mmHg एमएमएचजी;cc सीसी;kHz किलोहर्ट्ज़;°C डिग्री_सेल्सियस;℃ डिग्री_सेल्सियस;°F डिग्री_फ़ारेनहाइट;° डिग्री;"
        "KB केबी;MB एमबी;GB जीबी;TB टीबी;W वाट;kW किलोवाट;MW मेगावाट;kWh किलोवाट_घंटा;V वोल्ट;Hz हर्ट्ज़;MHz मेगाहर्ट्ज़;GHz गीगाहर्ट्ज़;% प्रतिशत"
    ),
    symbols=pairs("& और;+ प्लस;= बराबर;% प्रतिशत;@ ऐट;€ यूरो;$ डॉलर;£ पाउंड;₹ रुपये;° डिग्री;× गुणा;÷ भागा;± प्लस माइनस;² वर्ग;³ घन;# हैश"),
    over="बटा", mixed="सही", halves=("आधा", "आधा"), and_halves=("सही आधा", "सही आधा"),
    addresses=pairs(". डॉट;/ स्लैश;: कोलन;@ ऐट;- डैश;_ अंडरस्कोर;? प्रश्न चिह्न;= बराबर;& और;# हैश;% प्रतिशत;+ प्लस;~ टिल्ड"),
    abbreviations=pairs("डॉ. डॉक्टर;डा. डॉक्टर;प्रो. प्रोफ़ेसर;श्री. श्री;कु. कुमारी;पं. पंडित;स्व. स्वर्गीय;ई._पू. ईसा पूर्व;ई. ईस्वी;इं. इंजीनियर"),
    before_figures=pairs("सं. संख्या;पृ. पृष्ठ;नं. नंबर;अ. अध्याय"),
    before_names={},
    code_words=r"(?:पिन|ओटीपी|कोड|पासवर्ड|खाता संख्या|पिनकोड|PIN|OTP)(?: कोड| है| संख्या|:| नंबर)*",
    telephones=r"[6-9]\d{4} \d{5}|[6-9]\d{9}|0\d{2,4}[ -]\d{6,8}|1800[ -]\d{3}[ -]\d{3,4}",
    always="चौबीस सात",
    counted_by_numerals={}, short_ordinals={}, decimals_one_by_one=True,
    first_rules=_RULES,
)  # fmt: skip
