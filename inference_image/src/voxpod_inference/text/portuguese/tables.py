"""How Brazilian figures, dates, money and signs are said."""

import re

from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.tables import Tables, currencies, genders, pairs, units
from voxpod_inference.text.portuguese import numbers


def _part_of_day(half: str, hour: int) -> str:
    if half == "A":
        return "da manhã"
    return "da noite" if 6 <= hour <= 11 else "da tarde"


TABLES = Tables(
    voice="pt-br", letters="áâãàçéêíóôõúü", numbers=numbers, year=numbers.cardinal, decimal_mark=",", comma="vírgula", point="ponto", decimals_one_by_one=True, minus="menos", to="a", per="por", plus="mais",
    months=words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    short_months=("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"),
    date="{day} de {month} de {year}", first="primeiro", before_date=r"em|dia|até|desde|no dia|Em|data:?",
    time="{hour} e {minute}", quarters={}, day_parts=_part_of_day, seconds="{time}, {seconds} segundos", full_hour="{hour} horas", written_hours="h|hs|horas", before_time=r"às|das|as", zero_minutes=False,
    money="{whole} {unit} e {cents} {small}", of="de", millions="milhões|milhão|bilhões|bilhão|mil|trilhões",
    magnitudes=units("M milhão milhões;mi milhão milhões;bi bilhão bilhões;tri trilhão trilhões;k mil mil;K mil mil"),
    currencies=currencies(
        "€|EUR|eur euro euros centavos;R$|BRL real reais centavos;$|US$|USD dólar dólares centavos;£|GBP libra libras centavos;¥|JPY iene ienes -;₹|INR rupia rupias -;CHF franco francos centavos;"
        "₽|RUB rublo rublos -;₺|TRY lira liras -;₪ shekel shekels -;฿ baht bahts -;₫ dong dongs -;₦ naira nairas -;₱ peso pesos -;₴ grívnia grívnias -;₿ bitcoin bitcoins -;₩ won wons -"
    ),
    units=units(
        "km quilômetro quilômetros;m metro metros;dm decímetro decímetros;cm centímetro centímetros;mm milímetro milímetros;µm micrômetro micrômetros;nm nanômetro nanômetros;"
        "km/h quilômetro_por_hora quilômetros_por_hora;kph quilômetro_por_hora quilômetros_por_hora;mph milha_por_hora milhas_por_hora;m/s metro_por_segundo metros_por_segundo;"
        "t tonelada toneladas;kg quilo quilos;g grama gramas;mg miligrama miligramas;µg micrograma microgramas;mcg micrograma microgramas;"
        "l litro litros;L litro litros;dl decilitro decilitros;cl centilitro centilitros;ml mililitro mililitros;mL mililitro mililitros;µl microlitro microlitros;µL microlitro microlitros;µF microfarad microfarads;µV microvolt microvolts;µA microampere microamperes;µW microwatt microwatts;"
        "h hora horas;hs hora horas;min minuto minutos;s segundo segundos;seg segundo segundos;ms milissegundo milissegundos;µs microssegundo microssegundos;"
        "°C grau_Celsius graus_Celsius;℃ grau_Celsius graus_Celsius;°F grau_Fahrenheit graus_Fahrenheit;° grau graus;"
        "m² metro_quadrado metros_quadrados;m2 metro_quadrado metros_quadrados;cm² centímetro_quadrado centímetros_quadrados;km² quilômetro_quadrado quilômetros_quadrados;"
        "m³ metro_cúbico metros_cúbicos;m3 metro_cúbico metros_cúbicos;cm³ centímetro_cúbico centímetros_cúbicos;ha hectare hectares;"
        "KB quilobyte quilobytes;MB megabyte megabytes;GB gigabyte gigabytes;TB terabyte terabytes;"
        "W watt watts;kW quilowatt quilowatts;MW megawatt megawatts;kWh quilowatt-hora quilowatts-hora;V volt volts;A ampere amperes;mAh miliampere-hora miliamperes-hora;"
        "Hz hertz;kHz quilohertz;MHz megahertz;GHz gigahertz;kcal quilocaloria quilocalorias;cal caloria calorias;cv cavalo cavalos;dB decibel decibéis;"
        "xíc. xícara xícaras;col. colher colheres;un. unidade unidades;mi milhão milhões;bi bilhão bilhões;tri trilhão trilhões;% por_cento;‰ por_mil"
    ),
    symbols=pairs("√ raiz de;& e;+ mais;= igual a;% por cento;‰ por mil;@ arroba;€ euros;$ dólares;£ libras;° graus;× vezes;÷ dividido por;± mais ou menos;² ao quadrado;³ ao cubo;№ número;§ parágrafo;# cerquilha"),
    over="sobre", mixed="e", halves=("meio", "meia"), and_halves=("e meio", "e meia"), ratio_words="escala|proporção|razão",
    addresses=pairs(". ponto;/ barra;: dois pontos;@ arroba;- hífen;_ sublinhado;? interrogação;= igual;& e;# cerquilha;% por cento;+ mais;~ til"),
    abbreviations=pairs(
        "Sr. senhor;Sra. senhora;Srs. senhores;Sras. senhoras;Srta. senhorita;Dr. doutor;Dra. doutora;Prof. professor;Profa. professora;Eng. engenheiro;Exmo. excelentíssimo;Exma. excelentíssima;Ilmo. ilustríssimo;Av. avenida;Cia. companhia;Ltda. limitada;"
        "nº número;n.º número;n° número;pág. página;págs. páginas;p._ex. por exemplo;p.ex. por exemplo;EUA Estados Unidos;a.C. antes de Cristo;d.C. depois de Cristo;a._C. antes de Cristo;d._C. depois de Cristo;"
        "aprox. aproximadamente;máx. máximo;mín. mínimo;tel. telefone;etc. etcétera"
    ),
    may_end=("etc.", "Ltda."),
    before_figures=pairs("séc. século;sécs. séculos;p. página;pp. páginas;art. artigo;arts. artigos;cap. capítulo;fig. figura;vol. volume;n. número;ap. apartamento;apto. apartamento;apt. apartamento;bl. bloco;ext. extensão;ramal ramal;cód. código;ref. referência"),
    weekdays=pairs("seg segunda;ter terça;qua quarta;qui quinta;sex sexta;sáb sábado;dom domingo"),
    before_names=pairs("D. dom;R. rua;Pça. praça;Sta. santa;Sto. santo"),
    code_words=r"(?:[Cc]ódigo|[Ss]enha|PIN|OTP|CEP|CPF|RG|CNPJ|protocolo|referência)(?: postal| d[aeo] [\w-]+| é| número|:| nº)*",
    places="poltrona|assento|fila|porta|quarto|apartamento|sala|loja|vagão|bloco|casa",
    telephones=r"(?:\(\d\d\) ?|\d\d )?9?\d{4}-\d{4}|0800 \d{3} \d{4}|\d{5}-\d{3}|\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{3}-\d{4}",
    always="vinte e quatro por sete",
    feminine=r"(?!(?:dias?|mapas?|problemas?|programas?|sistemas?|temas?|planetas?|poetas?|cometas?|\w*gramas?|idiomas?|climas?|dramas?|sofás?)$)\w*(?:a|as|ã|ãs|ção|ções|nião|niões|gião|giões|são|sões|dade|dades|vez|vezes|noite|noites|parte|partes|tarde|tardes|classe|classes|colher|colheres|mulher|mulheres|cor|cores)",
    several=r"\w+s",
    no_noun=r"de|do|da|dos|das|e|ou|a|à|ao|por|para|em|no|na|nos|nas|é|com|que|se|não|menos|mais|vírgula|ponto|mil|milhão|mas|antes|depois|após|as|os|suas",
    articles="[Oo]|[Aa]|[Dd]o|[Dd]a|[Nn]o|[Nn]a|[Aa]o|[Uu]m|[Uu]ma",
    numeral_letters="i vê xis ele cê dê eme",
    kings="João|Pedro|Luís|Carlos|Afonso|Henrique|Jorge|Pio|Bento|Filipe|Felipe|Isabel|Elizabeth|Napoleão|Paulo|Manuel|José|Maria|Sancho|Fernando|Guilherme|Nicolau|Alexandre|Catarina|Frederico|Ricardo|Eduardo|Leão|Gregório|Clemente|Francisco",
    ordinal_kings=10, short_ordinals={},
    parts_of_books=r"séculos?|capítulos?|tomo|volume|livro|título|ato|fase|anexo|artigo|parte|seção|grau|tipo|nível|cena|canto",
    counted_by_numerals=genders(
        "Congresso Encontro Festival Prêmio Concílio Simpósio Milênio Campeonato Torneio Fórum Reich congresso milênio prêmio centenário",
        "Guerra guerra República república Internacional Edição edição Feira Cúpula Jornada Bienal Dinastia dinastia Semana Legislatura legislatura Conferência Copa Assembleia",
    ),
    first_rules=(
        (re.compile(r"(?<![\w.,])(\d{1,3})([oa])(?= [a-zà-ÿ]{3,})"), lambda m: f"{m[1]}{'º' if m[2] == 'o' else 'ª'}"),
        (re.compile(r"(?<![\w.,])3[ªa](?=[- ]feira)"), "terça"),
        (re.compile(r"(?<![\w.,])(\d{1,3})x(?= (?:de |sem |no |com |R\$|ao |por )|[.,;!?]|\s*$)"), lambda m: f"{numbers.cardinal(int(m[1]), 'f')} vezes"),
        (re.compile(r"(?<![\w.,])(\d)x(\d)(?![\w.,]?\w)(?! ?[cmk]?m\b)"), lambda m: f"{numbers.cardinal(int(m[1]))} a {numbers.cardinal(int(m[2]))}"),
    ),
)  # fmt: skip
