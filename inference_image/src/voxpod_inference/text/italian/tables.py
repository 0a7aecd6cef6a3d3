"""How Italian figures, dates, money and signs are said."""

import re

from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.tables import Tables, currencies, genders, pairs, units
from voxpod_inference.text.italian import numbers


def _part_of_day(half: str, hour: int) -> str:
    if half == "A":
        return "di notte" if hour == 12 else "del mattino"
    return "di sera" if 7 <= hour <= 11 else "del pomeriggio"


def _lasting(match: re.Match[str]) -> str:
    """`1h30`: an hour and thirty; times of day are written with a point or a colon."""
    hours, minutes = int(match[1]), int(match[2])
    told = "un'ora" if hours == 1 else f"{numbers.cardinal(hours)} ore"
    return f"{told} e {'mezza' if minutes == 30 else numbers.cardinal(minutes)}" if minutes else told


_HUNDREDS = "due|tre|quattro|cinque|sei|sette|otto|nove"
"""In one word with what follows, the open vowel of `cento` is closed by espeak-ng."""
TABLES = Tables(
    voice="it", letters="àèéìíîòóùú", numbers=numbers, year=numbers.cardinal, decimal_mark=",", comma="virgola", point="punto", minus="meno", to="a", per="per", plus="più",
    months=words("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    short_months=("genn?", "febb?", "mar", "apr", "magg?", "giu", "lug", "ago", "sett?", "ott", "nov", "dic"),
    date="{day} {month} {year}", first="primo", before_date=r"il|al|dal|del|entro il|Il|data:?",
    time="{hour} e {minute}", quarters={15: "un quarto", 30: "mezza"}, day_parts=_part_of_day, seconds="{time}, {seconds} secondi", full_hour="{hour}", written_hours="h", before_time=r"(?:[Aa]ll|[Dd]all|[Oo]r|[Ll])e",
    money="{whole} {unit} e {cents}", of="di", millions="milioni|milione|miliardi|miliardo|mila",
    magnitudes=units("M milione milioni;mln milione milioni;mld miliardo miliardi;mrd miliardo miliardi;k mila mila;K mila mila"),
    currencies=currencies(
        "€|EUR|eur euro euro centesimi;$|US$|USD dollaro dollari centesimi;£|GBP sterlina sterline penny;¥|JPY yen yen -;₹|INR rupia rupie -;R$|BRL real real centesimi;CHF franco franchi centesimi;"
        "₽|RUB rublo rubli copechi;₺|TRY lira_turca lire_turche -;₪ shekel shekel -;฿ baht baht -;₫ dong dong -;₦ naira naire -;₱ peso pesos -;₴ grivnia grivnie -;₿ bitcoin bitcoin -;₩ won won -"
    ),
    units=units(
        "km chilometro chilometri;m metro metri;dm decimetro decimetri;cm centimetro centimetri;mm millimetro millimetri;µm micron micron;nm nanometro nanometri;"
        "km/h chilometro_orario chilometri_orari;m/s metro_al_secondo metri_al_secondo;"
        "t tonnellata tonnellate;q quintale quintali;kg chilo chili;hg etto etti;g grammo grammi;gr grammo grammi;mg milligrammo milligrammi;µg microgrammo microgrammi;mcg microgrammo microgrammi;"
        "l litro litri;L litro litri;dl decilitro decilitri;cl centilitro centilitri;ml millilitro millilitri;mL millilitro millilitri;µl microlitro microlitri;µL microlitro microlitri;µF microfarad;µV microvolt;µA microampere;µW microwatt;"
        "h ora ore;d giorno giorni;gg giorno giorni;min minuto minuti;s secondo secondi;sec secondo secondi;ms millisecondo millisecondi;µs microsecondo microsecondi;"
        "°C grado_Celsius gradi_Celsius;℃ grado_Celsius gradi_Celsius;°F grado_Fahrenheit gradi_Fahrenheit;° grado gradi;"
        "m² metro_quadrato metri_quadrati;m2 metro_quadrato metri_quadrati;mq metro_quadrato metri_quadrati;cm² centimetro_quadrato centimetri_quadrati;km² chilometro_quadrato chilometri_quadrati;kmq chilometro_quadrato chilometri_quadrati;"
        "m³ metro_cubo metri_cubi;m3 metro_cubo metri_cubi;mc metro_cubo metri_cubi;cm³ centimetro_cubo centimetri_cubi;ha ettaro ettari;"
        "KB kilobyte;MB megabyte;GB gigabyte;TB terabyte;W watt;kW chilowatt;MW megawatt;kWh chilowattora;V volt;A ampere;mAh milliampereora;"
        "Hz hertz;kHz chilohertz;MHz megahertz;GHz gigahertz;kcal chilocaloria chilocalorie;cal caloria calorie;CV cavallo cavalli;dB decibel;"
        "mln milione milioni;mld miliardo miliardi;gg. giorno giorni;pz. pezzo pezzi;% per_cento;‰ per_mille"
    ),
    symbols=pairs("√ radice di;& e;+ più;= uguale;% per cento;‰ per mille;@ chiocciola;€ euro;$ dollari;£ sterline;° gradi;× per;÷ diviso;± più o meno;² al quadrato;³ al cubo;№ numero;§ paragrafo;# cancelletto"),
    over="su", mixed="e", halves=("mezzo", "mezza"), and_halves=("e mezzo", "e mezza"), ratio_words="scala|rapporto|proporzione",
    addresses=pairs(". punto;/ barra;: due punti;@ chiocciola;- trattino;_ trattino basso;? punto interrogativo;= uguale;& e;# cancelletto;% per cento;+ più;~ tilde"),
    abbreviations=pairs(
        "sig. signor;sig.ra signora;sig.na signorina;sigg. signori;dott. dottor;dott.ssa dottoressa;dr. dottor;dr.ssa dottoressa;prof. professor;prof.ssa professoressa;"
        "avv. avvocato;ing. ingegner;arch. architetto;geom. geometra;rag. ragionier;on. onorevole;sen. senatore;mons. monsignor;egr. egregio;gent.ma gentilissima;spett. spettabile;p.zza piazza;p.za piazza;v.le viale;c.so corso;dip. dipartimento;"
        "S.p.A. spa;S.r.l. esse erre elle;n° numero;nº numero;p._es. per esempio;p.es. per esempio;ecc. eccetera;a.C. avanti Cristo;d.C. dopo Cristo;a._C. avanti Cristo;d._C. dopo Cristo;"
        "tel. telefono;q.tà quantità;P._IVA partita IVA;P.IVA partita IVA;q.b. quanto basta;ca. circa;cfr. confronta;U.S.A. USA"
    ),
    may_end=("ecc.", "q.b.", "gg.", "S.p.A.", "S.r.l.", "U.S.A."),
    before_figures=pairs("sec. secolo;secc. secoli;pag. pagina;pagg. pagine;p. pagina;pp. pagine;art. articolo;artt. articoli;cap. capitolo;fig. figura;vol. volume;n. numero;nn. numeri;nr. numero;v. versetto;int. interno;rif. riferimento"),
    weekdays=pairs("lun lunedì;mar martedì;mer mercoledì;gio giovedì;ven venerdì;sab sabato;dom domenica"),
    before_names=pairs("S. san;V. via"),
    code_words=r"(?:[Cc]odice|PIN|OTP|[Pp]assword|CAP|[Rr]iferimento|[Pp]artita IVA)(?: postale| segreto| di \w+| del(?:la|l')? ?[\w-]+| è|:| n\.)*",
    places="posto|porta|fila|scala|interno|camera|appartamento|carrozza|stanza|sala|piano",
    telephones=r"3\d\d \d{3} \d{3,4}|3\d\d[ -]?\d{6,7}|0\d{1,3}[ /-]\d{4,8}|0\d{1,3} \d{3,4} \d{3,4}|8\d\d[ -]\d{6}|8\d\d[ -]\d{3}[ -]\d{3}",
    always="ventiquattr'ore su ventiquattro, sette giorni su sette",
    feminine=r"\w*(?:a|zione|sione|tà|notte|classe|legge|chiave|parte)",
    several=r"\w+",
    no_noun=r"di|del|e|ed|o|a|ad|al|da|per|in|è|con|su|che|si|non|virgola|punto|meno|più|tra|fra|ma|era|ha|sono",
    articles="[Ii]l|[Ll]a|[Dd]el|[Dd]ella|[Aa]l|[Aa]lla|[Nn]el|[Nn]ella|[Ss]ul|[Uu]n|[Uu]na|[Ll]|[Dd]ell|[Nn]ell|[Aa]ll",
    numeral_letters="i vu ics elle ci di emme",
    kings="Vittorio Emanuele|Emanuele|Umberto|Carlo|Luigi|Enrico|Giovanni|Paolo|Pio|Benedetto|Federico|Filippo|Giorgio|Giacomo|Elisabetta|Napoleone|Guglielmo|Alessandro|Nicola|Pietro|Caterina|Cosimo|Lorenzo|Ludovico|Ferdinando|Francesco|Leone|Gregorio|Clemente|Urbano|Sisto|Giulio|Ottone|Riccardo|Edoardo",
    ordinal_kings=1000, short_ordinals={},
    parts_of_books=r"secol[oi]|capitol[oi]|tomo|volume|libro|titolo|atto|fase|allegato|parte|sezione|grado|canto|scena|livello",
    counted_by_numerals=genders(
        "secolo millennio Congresso Concilio Festival Premio Reich congresso concilio festival premio canto grado",
        "Guerra guerra Repubblica repubblica edizione Edizione legislatura Legislatura Internazionale giornata dinastia classe elementare",
    ),
    first_rules=(
        (re.compile(r"(?<!\w)['’](?=\d0\b)"), ""),
        (re.compile(r"(?<![\w.,])(\d{1,3})\s?mila\b"), r"\g<1>000"),
        (re.compile(r"(?<!alle )(?<!dalle )(?<!ore )(?<!le )(?<![\w.,:])(\d{1,2})\s?h\s?([0-5]\d)(?!\w)(?!\s?(?:m|min|s)\b)"), _lasting),
    ),
    last_rules=(
        (re.compile(rf"\b((?:\w*mil(?:le|a))?(?:{_HUNDREDS})?cento)(?=(?:vent|trent|quarant|cinquant|sessant|settant|ottant|novant)\w)"), r"\1 "),
        (re.compile(rf"\b((?:\w*mil(?:le|a))?(?:{_HUNDREDS})?cent)(?=ottant)"), r"\1o "),
        (re.compile(r"\bun (?=s[^aeiouàèéìòù\W]|z|gn|ps|x|y)"), "uno "),
    ),
)  # fmt: skip
