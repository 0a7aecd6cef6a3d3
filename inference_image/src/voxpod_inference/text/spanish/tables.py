"""How Spanish figures, dates, money and signs are said."""

import re

from voxpod_inference.text.espeak.grammar import words
from voxpod_inference.text.espeak.tables import Tables, currencies, genders, pairs, units
from voxpod_inference.text.spanish import numbers


def _part_of_day(half: str, hour: int) -> str:
    if half == "A":
        return "de la noche" if hour == 12 else "de la mañana"
    return "del mediodía" if hour == 12 else "de la noche" if 8 <= hour <= 11 else "de la tarde"


TABLES = Tables(
    voice="es", letters="áéíóúüñç", numbers=numbers, year=numbers.cardinal, decimal_mark=",", comma="coma", point="punto", decimals_agree=True, most_grouped=24, minus="menos", to="a", per="por", plus="más",
    months=words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    short_months=words("ene feb mar abr may jun jul ago sept? oct nov dic"),
    date="{day} de {month} de {year}", first="primero", before_date=r"el|al|del|desde|hasta|día|fecha:?",
    time="{hour} y {minute}", zero_minutes=False, quarters={15: "cuarto", 30: "media"}, day_parts=_part_of_day, seconds="{time}, {seconds} segundos", full_hour="{hour}", written_hours="h|hs|hrs", before_time=r"a las?|las|desde las|hasta las",
    money="{whole} {unit} con {cents}", of="de", millions="mil millones|millones|millón|mil|billones",
    magnitudes=units("M millón millones;k mil mil;K mil mil;mill. millón millones"),
    currencies=currencies(
        "€|EUR|eur euro euros céntimos;$|US$|USD|U$S dólar dólares centavos;£|GBP libra libras peniques;¥|JPY yen yenes -;₹|INR rupia rupias -;"
        "R$ real reales centavos;BRL real_brasileño reales_brasileños centavos;MXN|MX$|MEX$ peso_mexicano pesos_mexicanos centavos;ARS peso_argentino pesos_argentinos centavos;COP peso_colombiano pesos_colombianos centavos;CLP peso_chileno pesos_chilenos centavos;UYU peso_uruguayo pesos_uruguayos centavos;DOP peso_dominicano pesos_dominicanos centavos;CUP peso_cubano pesos_cubanos centavos;CHF franco_suizo francos_suizos céntimos;Fr|fr franco francos céntimos;BOB|BOP boliviano bolivianos centavos;PEN|S/ sol soles céntimos;NIO|C$ córdoba córdobas centavos;PAB|B/. balboa balboas centésimos;₡ colón colones céntimos;CRC colón_costarricense colones_costarricenses céntimos;HNL lempira lempiras centavos;GTQ|Q quetzal quetzales centavos;PYG|₲ guaraní guaraníes -;VES bolívar bolívares céntimos;AWG florín_arubeño florines_arubeños -;TTD dólar_de_Trinidad_y_Tobago dólares_de_Trinidad_y_Tobago -;HKD|HK$ dólar_de_Hong_Kong dólares_de_Hong_Kong -;CAD dólar_canadiense dólares_canadienses -;AUD dólar_australiano dólares_australianos -;kr corona coronas -;CNY yuan yuanes -;ptas|pta|₧ peseta pesetas -;rs rupia rupias -;"
        "₽|RUB rublo rublos -;₺|TRY lira liras -;₪ séquel séqueles -;฿ baht bahts -;₫ dong dongs -;₦ naira nairas -;₱ peso pesos -;₴ grivna grivnas -;₿ bitcoin bitcoins -;₩ won wones -"
    ),
    units=units(
        "km kilómetro kilómetros;m metro metros;dm decímetro decímetros;cm centímetro centímetros;mm milímetro milímetros;µm micra micras;nm nanómetro nanómetros;"
        "km/h kilómetro_por_hora kilómetros_por_hora;mph milla_por_hora millas_por_hora;mi milla millas;ft pie pies;oz onza onzas;gal galón galones;psi pe_ese_i pe_ese_i;rpm revolución_por_minuto revoluciones_por_minuto;kph kilómetro_por_hora kilómetros_por_hora;m/s metro_por_segundo metros_por_segundo;"
        "t tonelada toneladas;kg kilo kilos;g gramo gramos;gr gramo gramos;mg miligramo miligramos;µg microgramo microgramos;mcg microgramo microgramos;lb libra libras;"
        "l litro litros;L litro litros;dl decilitro decilitros;cl centilitro centilitros;ml mililitro mililitros;mL mililitro mililitros;µl microlitro microlitros;µL microlitro microlitros;µF microfaradio microfaradios;µV microvoltio microvoltios;µA microamperio microamperios;µW microvatio microvatios;"
        "h hora horas;hrs hora horas;min minuto minutos;s segundo segundos;seg segundo segundos;ms milisegundo milisegundos;µs microsegundo microsegundos;"
        "°C grado_centígrado grados_centígrados;℃ grado_centígrado grados_centígrados;°F grado_Fahrenheit grados_Fahrenheit;°K kelvin kelvin;K kelvin kelvin;° grado grados;"
        "m² metro_cuadrado metros_cuadrados;m2 metro_cuadrado metros_cuadrados;cm² centímetro_cuadrado centímetros_cuadrados;km² kilómetro_cuadrado kilómetros_cuadrados;"
        "m³ metro_cúbico metros_cúbicos;m3 metro_cúbico metros_cúbicos;cm³ centímetro_cúbico centímetros_cúbicos;ha hectárea hectáreas;"
        "KB kilobyte kilobytes;MB megabyte megabytes;GB gigabyte gigabytes;TB terabyte terabytes;Mbps megabit_por_segundo megabits_por_segundo;"
        "W vatio vatios;kW kilovatio kilovatios;MW megavatio megavatios;kWh kilovatio_hora kilovatios_hora;V voltio voltios;A amperio amperios;mAh miliamperio_hora miliamperios_hora;"
        "Hz hercio hercios;kHz kilohercio kilohercios;MHz megahercio megahercios;GHz gigahercio gigahercios;kcal kilocaloría kilocalorías;cal caloría calorías;CV caballo caballos;dB decibelio decibelios;"
        "% por_ciento;‰ por_mil"
    ),
    symbols=pairs("√ raíz de;& y;+ más;= igual a;% por ciento;‰ por mil;@ arroba;€ euros;$ dólares;£ libras;° grados;× por;÷ entre;± más menos;² al cuadrado;³ al cubo;№ número;§ sección;# almohadilla"),
    over="sobre", mixed="y", halves=("medio", "media"), and_halves=("y medio", "y media"), ratio_words="escala|proporción|relación",
    addresses=pairs(". punto;/ barra;: dos puntos;@ arroba;- guion;_ guion bajo;? interrogación;= igual;& y;# almohadilla;% por ciento;+ más;~ tilde;www triple uve doble"),
    abbreviations=pairs(
        "Sr. señor;Sra. señora;Sres. señores;Srta. señorita;Dr. doctor;Dra. doctora;Dres. doctores;Dña. doña;Dª doña;Ud. usted;Uds. ustedes;Vd. usted;Vds. ustedes;"
        "Prof. profesor;Profa. profesora;Ing. ingeniero;Lic. licenciado;Arq. arquitecto;Gral. general;Cnel. coronel;Mons. monseñor;Excmo. excelentísimo;Ilmo. ilustrísimo;Sras. señoras;Srtas. señoritas;Av. avenida;Avda. avenida;Pza. plaza;Cía. compañía;núm. número;nº número;n.º número;"
        "p._ej. por ejemplo;p.ej. por ejemplo;EE._UU. Estados Unidos;EE.UU. Estados Unidos;EEUU Estados Unidos;a._C. antes de Cristo;d._C. después de Cristo;a._c. antes de Cristo;d._c. después de Cristo;ee._uu. Estados Unidos;"
        "aprox. aproximadamente;máx. máximo;mín. mínimo;esq. esquina;Da. doña;tel. teléfono;tfno. teléfono;etc. etcétera;Dto. descuento;dto. descuento;cda. cucharada;cdas. cucharadas;cdta. cucharadita;cdtas. cucharaditas;izq. izquierda;dcha. derecha;S._A. ese a;S._L. ese ele"
    ),
    may_end=("etc.", "S. A.", "S. L.", "EE.UU.", "a. m.", "p. m."),
    before_figures=pairs("s. siglo;ss. siglos;pág. página;págs. páginas;p. página;pp. páginas;art. artículo;arts. artículos;cap. capítulo;fig. figura;vol. volumen;ap. apartado;n. número;N.º número;ext. extensión;ref. referencia;km kilómetro"),
    weekdays=pairs("lun lunes;mar martes;mié miércoles;jue jueves;vie viernes;vier viernes;sáb sábado;dom domingo"),
    before_names=pairs("D. don;C/ calle;Sta. santa;Sto. santo"),
    code_words=r"(?:código|clave|contraseña|PIN|pin|OTP|DNI|NIF|referencia)(?: postal| del? (?:la )?[\w-]+| es| número|:| n\.?º)*",
    places="plaza|asiento|butaca|puerta|fila|piso|habitación|apartamento|local|sala|vagón|coche",
    telephones=r"[6-9]\d{2}(?: \d{3}){2}|[89]\d(?: \d{3})(?: \d{2}){2}|[6-9]\d{2}(?: \d{2}){3}|\d{3,4}-\d{4}",
    always="veinticuatro siete",
    feminine=r"(?!(?:lempiras?|días?|mapas?|problemas?|programas?|sistemas?|temas?|planetas?|poetas?|cometas?|\w*gramas?|idiomas?|climas?|dramas?)$)\w*(?:a|as|ión|iones|dad|dades|tud|tudes|noche|noches|vez|veces|calle|calles|leyes|ley|tarde|tardes|clase|clases)",
    several=r"\w+s",
    no_noun=r"de|del|y|e|o|u|a|al|por|en|es|menos|más|coma|punto|con|que|se|no|para|sobre|entre|mil|millón|\w+mente|pero|si|como|tras|las|los|sus|antes|además",
    articles="[Ee]l|[Ll]a|[Dd]el|[Aa]l|[Ss]u|[Uu]n|[Uu]na",
    numeral_letters="i uve equis ele ce de eme",
    kings="Felipe|Carlos|Alfonso|Fernando|Juan|Isabel|Luis|Enrique|Jorge|Pedro|Pablo|Pío|Benedicto|Francisco|Napoleón|Guillermo|Sancho|Jaime|Ramiro|Nicolás|Alejandro|Ricardo|Eduardo|León|Gregorio|Clemente|Amadeo|José|Federico|Catalina",
    ordinal_kings=10, short_ordinals={"primero": "primer", "tercero": "tercer"}, written_ordinals="er|ro|do|to|mo|vo|no|ra|da|ta|ma|va|na",
    parts_of_books=r"siglos?|capítulos?|tomos?|volumen|libro|título|acto|fase|anexo|artículo|parte|sección|grado|tipo|nivel|división|escena|canto",
    first_rules=((re.compile(r"(?<=\d )ud(s?)\."), lambda m: f"unidad{'es' * bool(m[1])}"),),
    counted_by_numerals=genders(
        "Congreso Encuentro Festival Premio Concilio Simposio Certamen Plan Centenario Milenio Campeonato Torneo Foro Reich Ejército Salón congreso milenio premio centenario",
        "Guerra República Internacional Edición Feria Cumbre Jornada Jornadas Bienal Dinastía Semana Legislatura Conferencia Copa Asamblea guerra república edición legislatura dinastía cumbre",
    ),
)  # fmt: skip
