"""What espeak-ng has to be told about each of its languages before it reads them: how their figures, dates, money and signs are said."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tables:
    """One language, as this front end and espeak-ng need to know it."""

    voice: str
    """espeak-ng's name of the voice; those that Kokoro's voices were trained with."""
    letters: str
    """Letters with marks that the language itself uses; the marks of others (ł, ø, ö) are taken off."""
    decimal: str
    """How the decimal mark is said."""
    decimal_mark: str
    """How it is written, `,` or `.`; the other one groups thousands."""
    minus: str
    to: str
    """Between the ends of a range of figures."""
    months: tuple[str, ...]
    date: str
    """A date, with {day}, {month} and {year}."""
    first: str
    """The first day of a month."""
    time: str
    """A time of day, with {hour} and {minute}."""
    full_hour: str
    money: str
    """Money with its smaller unit, with {whole}, {unit}, {small} and {cents}."""
    of: str
    """Between a million and what there are so many of."""
    millions: str
    """Regular expression of the words for large numbers that stand between a figure and its currency."""
    currencies: Mapping[str, tuple[str, str, str]]
    """Sign to one, several, and its hundredths."""
    units: Mapping[str, tuple[str, str]]
    """Abbreviation to one and several."""
    symbols: Mapping[str, str]
    over: str
    """Between the numbers of a fraction that has no name."""
    addresses: Mapping[str, str]
    """How the signs of web and e-mail addresses are said."""
    abbreviations: Mapping[str, str]
    feminine: str = r"(?!)"
    """Regular expression of nouns that take a feminine `one`."""
    ones: tuple[str, str] = ("", "")
    """`one` before a masculine and a feminine noun."""
    twos: str = ""
    """`two` before a feminine noun, where it differs."""
    joiner: str = ""
    """Between tens and `one`."""
    spaced_thousands: bool = False
    """Whether a plain space groups thousands, as in French."""
    kings: tuple[str, ...] = field(default=())
    """Ordinals that short Roman numerals are read as."""


def _units(words: str) -> dict[str, tuple[str, str]]:
    """`km kilómetro kilómetros; ...` as a table."""
    table = {}
    for entry in words.split(";"):
        sign, one, *several = (part.replace("_", " ") for part in entry.split())
        table[sign] = (one, several[0] if several else one)
    return table


def _pairs(words: str) -> dict[str, str]:
    """`+ más; & y` as a table; `_` stands for a space on the left side, and for itself alone."""
    entries = (entry.strip().partition(" ") for entry in words.split(";"))
    return {key if key == "_" else key.replace("_", " "): value for key, _, value in entries}


SPANISH = Tables(
    voice="es", letters="áéíóúüñç", decimal="coma", decimal_mark=",", minus="menos", to="a",
    months=("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    date="{day} de {month} de {year}", first="primero", time="{hour} {minute}", full_hour="{hour}",
    money="{whole} {unit} con {cents}", of="de", millions="mil millones|millones|millón|mil|billones",
    currencies={"€": ("euro", "euros", "céntimos"), "$": ("dólar", "dólares", "centavos"), "US$": ("dólar", "dólares", "centavos"),
                "£": ("libra", "libras", "peniques"), "¥": ("yen", "yenes", ""), "₹": ("rupia", "rupias", ""), "R$": ("real", "reales", "centavos")},
    units=_units("km kilómetro kilómetros;km/h kilómetro_por_hora kilómetros_por_hora;m metro metros;cm centímetro centímetros;mm milímetro milímetros;"
                 "kg kilo kilos;g gramo gramos;mg miligramo miligramos;l litro litros;L litro litros;ml mililitro mililitros;h hora horas;min minuto minutos;"
                 "°C grado_centígrado grados_centígrados;°F grado_Fahrenheit grados_Fahrenheit;° grado grados;m² metro_cuadrado metros_cuadrados;km² kilómetro_cuadrado kilómetros_cuadrados;"
                 "m³ metro_cúbico metros_cúbicos;ha hectárea hectáreas;GB gigabyte gigabytes;MB megabyte megabytes;kW kilovatio kilovatios;% por_ciento;‰ por_mil"),
    symbols=_pairs("& y;+ más;= igual a;% por ciento;‰ por mil;@ arroba;€ euros;$ dólares;£ libras;° grados;× por;÷ entre;± más menos;½ un medio;¼ un cuarto;¾ tres cuartos;² al cuadrado;³ al cubo;№ número;§ sección;# almohadilla"),
    over="sobre", addresses=_pairs(". punto;/ barra;: dos puntos;@ arroba;- guion;_ guion bajo;? interrogación;= igual;& y;# almohadilla;% por ciento;+ más;~ tilde"),
    abbreviations=_pairs("Sr. señor;Sra. señora;Sres. señores;Srta. señorita;Dr. doctor;Dra. doctora;D. don;Dña. doña;Ud. usted;Uds. ustedes;Vd. usted;"
                         "Prof. profesor;Ing. ingeniero;Lic. licenciado;Av. avenida;Avda. avenida;C/ calle;núm. número;nº número;n.º número;pág. página;págs. páginas;"
                         "p._ej. por ejemplo;p.ej. por ejemplo;EE._UU. Estados Unidos;EE.UU. Estados Unidos;EEUU Estados Unidos;a._C. antes de Cristo;d._C. después de Cristo;aprox. aproximadamente;tel. teléfono;etc. etcétera"),
    feminine=r"\w*(?:a|as|ión|iones|dad|dades|tud|tudes|noche|noches|vez|veces|calle|calles)",
    ones=("un", "una"), joiner="y", kings=("primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno", "décimo"),
)  # fmt: skip

FRENCH = Tables(
    voice="fr-fr", letters="àâæçéèêëîïôœùûüÿ", decimal="virgule", decimal_mark=",", minus="moins", to="à",
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    date="{day} {month} {year}", first="premier", time="{hour} heures {minute}", full_hour="{hour} heures",
    money="{whole} {unit} {cents}", of="de", millions="millions?|milliards?|mille",
    currencies={"€": ("euro", "euros", "centimes"), "$": ("dollar", "dollars", "cents"), "US$": ("dollar", "dollars", "cents"),
                "£": ("livre", "livres", "pence"), "¥": ("yen", "yens", ""), "₹": ("roupie", "roupies", ""), "R$": ("réal", "réaux", "centimes")},
    units=_units("km kilomètre kilomètres;km/h kilomètre_heure kilomètres_heure;m mètre mètres;cm centimètre centimètres;mm millimètre millimètres;"
                 "kg kilo kilos;g gramme grammes;mg milligramme milligrammes;l litre litres;L litre litres;ml millilitre millilitres;h heure heures;min minute minutes;"
                 "°C degré_Celsius degrés_Celsius;°F degré_Fahrenheit degrés_Fahrenheit;° degré degrés;m² mètre_carré mètres_carrés;km² kilomètre_carré kilomètres_carrés;"
                 "m³ mètre_cube mètres_cubes;ha hectare hectares;Go gigaoctet gigaoctets;Mo mégaoctet mégaoctets;kW kilowatt kilowatts;% pour_cent;‰ pour_mille"),
    symbols=_pairs("& et;+ plus;= égale;% pour cent;‰ pour mille;@ arobase;€ euros;$ dollars;£ livres;° degrés;× fois;÷ divisé par;± plus ou moins;½ un demi;¼ un quart;¾ trois quarts;² au carré;³ au cube;№ numéro;§ paragraphe;# dièse"),
    over="sur", addresses=_pairs(". point;/ barre oblique;: deux points;@ arobase;- tiret;_ tiret bas;? point d'interrogation;= égale;& et;# dièse;% pour cent;+ plus;~ tilde"),
    abbreviations=_pairs("M. monsieur;MM. messieurs;Mme madame;Mmes mesdames;Mlle mademoiselle;Mlles mesdemoiselles;Dr docteur;Pr professeur;St saint;Ste sainte;"
                         "n° numéro;nº numéro;p._ex. par exemple;p.ex. par exemple;c.-à-d. c'est-à-dire;av._J.-C. avant Jésus-Christ;apr._J.-C. après Jésus-Christ;J.-C. Jésus-Christ;bd boulevard;av. avenue;env. environ;tél. téléphone;etc. etcétéra"),
    feminine=r"heures?|minutes?|secondes?|fois|personnes?|femmes?|filles?|pages?|années?|semaines?|livres?|tonnes?|voitures?|\w+(?:tions?|sions?)|\w+tés?",
    ones=("un", "une"), joiner="et", spaced_thousands=True,
)  # fmt: skip

ITALIAN = Tables(
    voice="it", letters="àèéìíîòóùú", decimal="virgola", decimal_mark=",", minus="meno", to="a",
    months=("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
    date="{day} {month} {year}", first="primo", time="{hour} e {minute}", full_hour="{hour}",
    money="{whole} {unit} e {cents}", of="di", millions="milioni|milione|miliardi|miliardo|mila",
    currencies={"€": ("euro", "euro", "centesimi"), "$": ("dollaro", "dollari", "centesimi"), "US$": ("dollaro", "dollari", "centesimi"),
                "£": ("sterlina", "sterline", "penny"), "¥": ("yen", "yen", ""), "₹": ("rupia", "rupie", ""), "R$": ("real", "real", "centesimi")},
    units=_units("km chilometro chilometri;km/h chilometro_orario chilometri_orari;m metro metri;cm centimetro centimetri;mm millimetro millimetri;"
                 "kg chilo chili;g grammo grammi;mg milligrammo milligrammi;l litro litri;L litro litri;ml millilitro millilitri;h ora ore;min minuto minuti;"
                 "°C grado_Celsius gradi_Celsius;°F grado_Fahrenheit gradi_Fahrenheit;° grado gradi;m² metro_quadrato metri_quadrati;mq metro_quadrato metri_quadrati;km² chilometro_quadrato chilometri_quadrati;"
                 "m³ metro_cubo metri_cubi;ha ettaro ettari;GB gigabyte;MB megabyte;kW chilowatt;% per_cento;‰ per_mille"),
    symbols=_pairs("& e;+ più;= uguale;% per cento;‰ per mille;@ chiocciola;€ euro;$ dollari;£ sterline;° gradi;× per;÷ diviso;± più o meno;½ un mezzo;¼ un quarto;¾ tre quarti;² al quadrato;³ al cubo;№ numero;§ paragrafo;# cancelletto"),
    over="su", addresses=_pairs(". punto;/ barra;: due punti;@ chiocciola;- trattino;_ trattino basso;? punto interrogativo;= uguale;& e;# cancelletto;% per cento;+ più;~ tilde"),
    abbreviations=_pairs("sig. signor;Sig. signor;sig.ra signora;Sig.ra signora;sigg. signori;dott. dottor;Dott. dottor;dott.ssa dottoressa;Dott.ssa dottoressa;dr. dottor;Dr. dottor;prof. professor;Prof. professor;"
                         "prof.ssa professoressa;avv. avvocato;Avv. avvocato;ing. ingegner;Ing. ingegner;on. onorevole;v.le viale;P.za piazza;pag. pagina;pagg. pagine;n. numero;n° numero;"
                         "p._es. per esempio;p.es. per esempio;ecc. eccetera;a.C. avanti Cristo;d.C. dopo Cristo;tel. telefono;ca. circa;U.S.A. USA"),
    feminine=r"\w*(?:a|zione|sione|tà)", ones=("un", "una"),
    kings=("primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono", "decimo"),
)  # fmt: skip

PORTUGUESE = Tables(
    voice="pt-br", letters="áâãàçéêíóôõúü", decimal="vírgula", decimal_mark=",", minus="menos", to="a",
    months=("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
    date="{day} de {month} de {year}", first="primeiro", time="{hour} e {minute}", full_hour="{hour} horas",
    money="{whole} {unit} e {cents} {small}", of="de", millions="milhões|milhão|bilhões|bilhão|mil",
    currencies={"€": ("euro", "euros", "centavos"), "R$": ("real", "reais", "centavos"), "$": ("dólar", "dólares", "centavos"), "US$": ("dólar", "dólares", "centavos"),
                "£": ("libra", "libras", "centavos"), "¥": ("iene", "ienes", ""), "₹": ("rupia", "rupias", "")},
    units=_units("km quilômetro quilômetros;km/h quilômetro_por_hora quilômetros_por_hora;m metro metros;cm centímetro centímetros;mm milímetro milímetros;"
                 "kg quilo quilos;g grama gramas;mg miligrama miligramas;l litro litros;L litro litros;ml mililitro mililitros;h hora horas;min minuto minutos;"
                 "°C grau_Celsius graus_Celsius;°F grau_Fahrenheit graus_Fahrenheit;° grau graus;m² metro_quadrado metros_quadrados;km² quilômetro_quadrado quilômetros_quadrados;"
                 "m³ metro_cúbico metros_cúbicos;ha hectare hectares;GB gigabyte gigabytes;MB megabyte megabytes;kW quilowatt quilowatts;% por_cento;‰ por_mil"),
    symbols=_pairs("& e;+ mais;= igual a;% por cento;‰ por mil;@ arroba;€ euros;$ dólares;£ libras;° graus;× vezes;÷ dividido por;± mais ou menos;½ meio;¼ um quarto;¾ três quartos;² ao quadrado;³ ao cubo;№ número;§ parágrafo;# cerquilha"),
    over="sobre", addresses=_pairs(". ponto;/ barra;: dois pontos;@ arroba;- hífen;_ sublinhado;? interrogação;= igual;& e;# cerquilha;% por cento;+ mais;~ til"),
    abbreviations=_pairs("Sr. senhor;Sra. senhora;Srs. senhores;Srta. senhorita;Dr. doutor;Dra. doutora;D. dom;Prof. professor;Profa. professora;Eng. engenheiro;Av. avenida;nº número;n.º número;pág. página;págs. páginas;"
                         "p._ex. por exemplo;p.ex. por exemplo;EUA Estados Unidos;a.C. antes de Cristo;d.C. depois de Cristo;aprox. aproximadamente;tel. telefone;Ltda. limitada;etc. etcétera"),
    feminine=r"\w*(?:a|as|ção|ções|são|sões|dade|dades|vez|vezes|noite|noites)",
    ones=("um", "uma"), twos="duas", joiner="e", kings=("primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo", "oitavo", "nono", "décimo"),
)  # fmt: skip

HINDI = Tables(
    voice="hi", letters="", decimal="दशमलव", decimal_mark=".", minus="माइनस", to="से",
    months=("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"),
    date="{day} {month} {year}", first="1", time="{hour} बजकर {minute} मिनट", full_hour="{hour} बजे",
    money="{whole} {unit} {cents} {small}", of="", millions="हज़ार|लाख|करोड़|अरब",
    currencies={"₹": ("रुपया", "रुपये", "पैसे"), "रु.": ("रुपया", "रुपये", "पैसे"), "$": ("डॉलर", "डॉलर", "सेंट"), "US$": ("डॉलर", "डॉलर", "सेंट"), "€": ("यूरो", "यूरो", "सेंट"), "£": ("पाउंड", "पाउंड", "पेंस"), "¥": ("येन", "येन", "")},
    units=_units("km किलोमीटर;किमी किलोमीटर;कि.मी. किलोमीटर;km/h किलोमीटर_प्रति_घंटा;m मीटर;मी मीटर;cm सेंटीमीटर;सेमी सेंटीमीटर;mm मिलीमीटर;kg किलो;किग्रा किलोग्राम;g ग्राम;mg मिलीग्राम;l लीटर;L लीटर;ml मिलीलीटर;mL मिलीलीटर;h घंटा घंटे;min मिनट;"
                 "°C डिग्री_सेल्सियस;°F डिग्री_फ़ारेनहाइट;° डिग्री;GB जीबी;MB एमबी;kW किलोवाट;kWh किलोवाट_घंटा;Hz हर्ट्ज़;% प्रतिशत"),
    symbols=_pairs("& और;+ प्लस;= बराबर;% प्रतिशत;@ ऐट;€ यूरो;$ डॉलर;£ पाउंड;₹ रुपये;° डिग्री;× गुणा;÷ भागा;± प्लस माइनस;½ आधा;¼ एक चौथाई;¾ तीन चौथाई;² वर्ग;³ घन;# हैश"),
    over="बटा", addresses=_pairs(". डॉट;/ स्लैश;: कोलन;@ ऐट;- डैश;_ अंडरस्कोर;? प्रश्न चिह्न;= बराबर;& और;# हैश;% प्रतिशत;+ प्लस;~ टिल्ड"),
    abbreviations=_pairs("डॉ. डॉक्टर;डा. डॉक्टर;प्रो. प्रोफ़ेसर;श्री. श्री;कु. कुमारी;पं. पंडित;स्व. स्वर्गीय;ई. ईस्वी"),
)  # fmt: skip

TABLES: Mapping[str, Tables] = {"es": SPANISH, "fr": FRENCH, "it": ITALIAN, "pt": PORTUGUESE, "hi": HINDI}
"""By language code."""
