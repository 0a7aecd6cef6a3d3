"""How French figures, dates, money and signs are said."""

import re

from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.tables import Tables, currencies, genders, pairs, units
from voxpod_inference.text.french import numbers
from voxpod_inference.text.traced import Rule

_CENTURY = re.compile(r"(?<!\w)((?:[IVX]+|[CDLM][IVXLCDM]+)(?=e|è|ᵉ)|I(?=er|re))(?:(e|ème|ᵉ|er)|(re))(?!\w)")
"""Not Le, De, Ce, Me, Ver."""


def _century(match: re.Match[str]) -> str:
    from voxpod_inference.text.espeak.ordinals import roman

    value = roman(match[1])
    return numbers.ordinal(value, "f" if match[3] else "m") if value else match.group()


_TITLES = {"ᵐᵉ": ("madame", "mesdames"), "ˡˡᵉ": ("mademoiselle", "mesdemoiselles"), "D": ("docteur", "docteurs"), "P": ("professeur", "professeurs"), "Dᵉ": ("docteure", "docteures"), "Pᵉ": ("professeure", "professeures")}  # fmt: skip


def _titled(match: re.Match[str]) -> str:
    return _TITLES[match[1] or match[3] + match[4]][bool(match[2] or match[5])]


def _part_of_day(half: str, hour: int) -> str:
    if half == "A":
        return "du matin"
    return "du soir" if 6 <= hour <= 11 else "de l'après-midi"


def _ordinal(match: re.Match[str]) -> str:
    number, plural = int(re.sub(r"\s", "", match["number"])), match["plural"] or ""
    if match["second"]:
        return "second" + ("e" if match["second"] == "nde" else "") + plural
    return numbers.ordinal(number, "f" if match["feminine"] else "m") + plural


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\w.,])(\d{1,2}) ?h(?:eures)? ?/ ?24(?!\d)"), lambda m: f"{numbers.cardinal(int(m[1]), 'f')} heures sur vingt-quatre"),
    (re.compile(r"(?<![\w.,])(\d) ?j(?:ours)? ?/ ?7(?!\d)"), lambda m: f"{numbers.cardinal(int(m[1]))} jours sur sept"),
    (re.compile(r"(?<!\w)M(ᵐᵉ|ˡˡᵉ)(ˢ?)(?!\w)|(?<!\w)([DP])ʳ(ᵉ?)(ˢ?)(?!\w)"), _titled),
    (re.compile(r"(?<!\w)S(te?)-(?=[A-ZÀ-Þ])"), lambda m: {"t": "Saint-", "te": "Sainte-"}[m[1]]),
    (
        re.compile(
            r"(?<![\w.,])(?<!\d )(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}|\d{1,7})(?:(?P<second>nde?)|(?:e|è|ᵉ|ème|ième|er|ᵉʳ)|(?P<feminine>re|ère|ʳᵉ))(?P<plural>s)?(?!\w)"
        ),
        _ordinal,
    ),
    (_CENTURY, _century),
    (re.compile(r"(?<=ième) s\.(?=\s*(\S)?)"), lambda m: " siècle" + "." * (m[1] is None or m[1].isupper())),
)  # fmt: skip

_EIGHTIES = {numbers.cardinal(number): str(number) for number in range(80, 100)}
_RESPELT: tuple[Rule, ...] = (
    (re.compile(r"\bd' (?=\w)"), "d'"),
    # huissième, quat'vingt and sétra else
    (re.compile(r"huitième(?=s?\b)"), "huit ième"),
    (re.compile(r"\bquatre-vingtième"), "quatrevingtième"),
    (re.compile(r"\bquatre-vingts?(?:-(?:[a-z]+)(?:-[a-z]+)?)?(?![\w-])"), lambda m: _EIGHTIES.get(m.group(), "80" if m.group() == "quatre-vingt" else m.group())),
    (re.compile(r"\b[Ee]t c(?:e|æ|ae)tera\b"), "etcétéra"),
)  # fmt: skip

TABLES = Tables(
    voice="fr-fr", letters="àâæçéèêëîïôœùûüÿ", numbers=numbers, year=numbers.cardinal, decimal_mark=",", comma="virgule", point="point", minus="moins", to="à", per="par", plus="plus",
    months=words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    short_months=("janv?", "févr?", "mars", "avr", "mai", "juin", "juil", "août", "sept?", "oct", "nov", "déc"),
    date="{day} {month} {year}", first="premier", before_date=r"le|du|au|depuis le|avant le|Le|Du|date :?",
    time="{hour} heures {minute}", quarters={}, day_parts=_part_of_day, seconds="{time}, {seconds} secondes", full_hour="{hour} heures", written_hours="h|heures",
    money="{whole} {unit} {cents}", of="de", of_before_vowel="d'", millions="millions?|milliards?|mille",
    magnitudes=units("M million millions;Md milliard milliards;Mds milliard milliards;k mille mille;K mille mille"),
    currencies=currencies(
        "€|EUR|eur euro euros centimes;$|US$|USD|$_US dollar dollars cents;£|GBP livre livres pence;¥|JPY yen yens -;₹|INR roupie roupies -;R$|BRL réal réaux centimes;CHF|Fr. franc francs centimes;CAD|$_CA dollar_canadien dollars_canadiens cents;"
        "₽|RUB rouble roubles -;₺|TRY livre_turque livres_turques -;₪ shekel shekels -;฿ baht bahts -;₫ dong dongs -;₦ naira nairas -;₱ peso pesos -;₴ hryvnia hryvnias -;₿ bitcoin bitcoins -;₩ won wons -"
    ),
    units=units(
        "km kilomètre kilomètres;m mètre mètres;dm décimètre décimètres;cm centimètre centimètres;mm millimètre millimètres;µm micromètre micromètres;nm nanomètre nanomètres;"
        "km/h kilomètre_heure kilomètres_heure;m/s mètre_par_seconde mètres_par_seconde;"
        "t tonne tonnes;kg kilo kilos;g gramme grammes;mg milligramme milligrammes;µg microgramme microgrammes;mcg microgramme microgrammes;"
        "l litre litres;L litre litres;dl décilitre décilitres;cl centilitre centilitres;ml millilitre millilitres;mL millilitre millilitres;µl microlitre microlitres;µL microlitre microlitres;µF microfarad microfarads;µV microvolt microvolts;µA microampère microampères;µW microwatt microwatts;"
        "h heure heures;min minute minutes;mn minute minutes;s seconde secondes;sec seconde secondes;ms milliseconde millisecondes;µs microseconde microsecondes;"
        "°C degré_Celsius degrés_Celsius;℃ degré_Celsius degrés_Celsius;°F degré_Fahrenheit degrés_Fahrenheit;° degré degrés;"
        "m² mètre_carré mètres_carrés;m2 mètre_carré mètres_carrés;cm² centimètre_carré centimètres_carrés;km² kilomètre_carré kilomètres_carrés;"
        "m³ mètre_cube mètres_cubes;m3 mètre_cube mètres_cubes;cm³ centimètre_cube centimètres_cubes;ha hectare hectares;"
        "Ko kilooctet kilooctets;Mo mégaoctet mégaoctets;Go gigaoctet gigaoctets;To téraoctet téraoctets;"
        "W watt watts;kW kilowatt kilowatts;MW mégawatt mégawatts;kWh kilowattheure kilowattheures;V volt volts;A ampère ampères;mAh milliampère_heure milliampères_heure;"
        "Hz hertz;kHz kilohertz;MHz mégahertz;GHz gigahertz;kcal kilocalorie kilocalories;cal calorie calories;ch cheval chevaux;dB décibel décibels;"
        "c._à_s. cuillère_à_soupe cuillères_à_soupe;c._à_c. cuillère_à_café cuillères_à_café;j jour jours;j. jour jours;% pour_cent;‰ pour_mille"
    ),
    symbols=pairs("√ racine de;& et;+ plus;= égale;% pour cent;‰ pour mille;@ arobase;€ euros;$ dollars;£ livres;° degrés;× fois;÷ divisé par;± plus ou moins;² au carré;³ au cube;№ numéro;§ paragraphe;# dièse"),
    over="sur", mixed="et", halves=("un demi", "une demi"), and_halves=("et demi", "et demie"), ratio_words="échelle|rapport|ratio",
    addresses=pairs(". point;/ barre oblique;: deux points;@ arobase;- tiret;_ tiret bas;? point d'interrogation;= égale;& et;# dièse;% pour cent;+ plus;~ tilde"),
    abbreviations=pairs(
        "MM. messieurs;Mme madame;Mmes mesdames;Mlle mademoiselle;Mlles mesdemoiselles;Dr docteur;Dr. docteur;Pr professeur;Pr. professeur;Mme. madame;Mlle. mademoiselle;Mgr monseigneur;Mgr. monseigneur;St saint;Ste sainte;"
        "n° numéro;nº numéro;p._ex. par exemple;p.ex. par exemple;c.-à-d. c'est-à-dire;cf. confer;av._J.-C. avant Jésus-Christ;apr._J.-C. après Jésus-Christ;J.-C. Jésus-Christ;"
        "bd boulevard;av. avenue;env. environ;pers. personnes;tél. téléphone;éd. édition;etc. etcétéra;rdv rendez-vous;RDV rendez-vous;qté quantité;Réf. référence;réf. référence;c.-à-s. cuillère à soupe"
    ),
    may_end=("etc.", "pers.", "j."),
    before_figures=pairs("p. page;pp. pages;art. article;chap. chapitre;fig. figure;vol. volume;t. tome;n. numéro;No numéro;poste poste;th. thermostat"),
    weekdays=pairs("lun lundi;mar mardi;mer mercredi;jeu jeudi;ven vendredi;sam samedi;dim dimanche"),
    before_names=pairs("M. monsieur;Me maître;pl. place;r. rue"),
    code_words=r"(?:[Cc]ode|[Mm]ot de passe|PIN|OTP|[Rr]éférence|SIRET|SIREN)(?: postal| secret| wi-?fi| du [\w-]+| de (?:la )?\w+| est| :|:| n°)*",
    places="place|siège|porte|rang|chambre|salle|appartement|voiture|bâtiment|lot|sièges|places",
    telephones=r"0\d(?:[ .\u00a0\u202f-]\d\d){4}", pairs=True,
    always="vingt-quatre heures sur vingt-quatre, sept jours sur sept",
    feminine=r"heures?|minutes?|secondes?|fois|personnes?|femmes?|filles?|pages?|années?|semaines?|livres?|tonnes?|voitures?|tables?|chaises?|places?|villes?|maisons?|chambres?|familles?|entreprises?|roupies?|cuillères?|calories?|millisecondes?|communes?|lignes?|étoiles?|victoires?|olives?|tomates?|oranges?|pommes?|carottes?|gousses?|tranches?|feuilles?|cuillerées?|tasses?|parts?|portions?|boîtes?|bouteilles?|gouttes?|pièces?|nuits?|routes?|rues?|écoles?|équipes?|médailles?|mesures?|marches?|cartes?|\w+(?:tions?|sions?|ettes?|aines?|ances?|ences?)|\w+tés?",
    several=r"\w+[sx]",
    no_noun=r"de|du|des|et|ou|à|au|aux|pour|en|est|par|sur|dans|avec|que|qui|ne|n|se|plus|moins|virgule|mille|sont|ont|après|dans|sans|vers|mais|chez|les|ses|nous|vous",
    numeral_letters="i vé ixe elle cé dé emme",
    kings="Louis|Charles|Henri|François|Napoléon|Philippe|Jean|Pie|Benoît|Élisabeth|Elizabeth|Guillaume|Léopold|Albert|Pierre|Catherine|Nicolas|Alexandre|Frédéric|Ramsès|Georges|Édouard|Richard|Jacques|Robert|Clément|Léon|Grégoire",
    ordinal_kings=1, short_ordinals={},
    parts_of_books=r"chapitres?|tomes?|volume|livre|titre|acte|phase|annexe|article|partie|section|niveau|scène|chant|type|division|Chapitre|Tome|Acte",
    counted_by_numerals=genders("Reich", ""),
    first_rules=_RULES, last_rules=_RESPELT,
)  # fmt: skip
