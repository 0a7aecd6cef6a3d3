"""Characters with several readings, in phrases where the neighbours decide; each phrase with its whole pinyin."""

import pytest

from voxpod_inference.bundle import Bundle
from voxpod_inference.text.chinese.pinyin import phonemes_of
from voxpod_inference.text.readers import readers_of

pytestmark = pytest.mark.model

PHRASES = """
还书 huan2 shu1
他还没来 ta1 hai2 mei2 lai2
快还我钱 kuai4 huan2 wo3 qian2
他得了冠军 ta1 de2 le5 guan4 jun1
跑得很快 pao3 de5 hen3 kuai4
我得走了 wo3 dei3 zou3 le5
吃得饱 chi1 de5 bao3
慢慢地走 man4 man4 de5 zou3
轻轻地放下 qing1 qing1 de5 fang4 xia4
这块地很大 zhe4 kuai4 di4 hen3 da4
睡着了 shui4 zhao2 le5
睡不着 shui4 bu4 zhao2
拿着书 na2 zhe5 shu1
走不了 zou3 bu4 liao3
他来了 ta1 lai2 le5
分为三类 fen1 wei2 san1 lei4
为他高兴 wei4 ta1 gao1 xing4
长度为五米 chang2 du4 wei2 wu3 mi3
三米长 san1 mi3 chang2
长大了 zhang3 da4 le5
长约五米 chang2 yue1 wu3 mi3
校长很忙 xiao4 zhang3 hen3 mang2
银行行长 yin2 hang2 hang2 zhang3
第三行 di4 san1 hang2
行不行 xing2 bu4 xing2
三只鸟 san1 zhi1 niao3
只有一个 zhi3 you3 yi2 ge4
重庆很重 chong2 qing4 hen3 zhong4
又重看了 you4 chong2 kan4 le5
他种了树 ta1 zhong4 le5 shu4
这种花 zhe4 zhong3 hua1
都来了 dou1 lai2 le5
首都 shou3 du1
衣服干了 yi1 fu2 gan1 le5
干什么 gan4 shen2 me5
请三天假 qing3 san1 tian1 jia4
假的 jia3 de5
教我英语 jiao1 wo3 ying1 yu3
教室 jiao4 shi4
弹得很好 tan2 de5 hen3 hao3
子弹 zi3 dan4
睡个好觉 shui4 ge4 hao3 jiao4
觉得 jue2 de5
数了数钱 shu3 le5 shu3 qian2
调到二十度 tiao2 dao4 er4 shi2 du4
强调 qiang2 diao4
背着孩子 bei1 zhe5 hai2 zi5
后背 hou4 bei4
温差 wen1 cha1
很差 hen3 cha4
出差 chu1 chai1
当成朋友 dang4 cheng2 peng2 you3
当老师 dang1 lao3 shi1
倒水 dao4 shui3
不得了 bu4 de2 liao3
看大夫 kan4 dai4 fu5
一月一号 yi1 yue4 yi1 hao4
一百一十一 yi4 bai3 yi1 shi2 yi1
不是不去 bu2 shi4 bu2 qu4
一个人 yi2 ge4 ren2
一本书 yi4 ben3 shu1
頭髮乾淨 tou2 fa4 gan1 jing4
三隻貓 san1 zhi1 mao1
看著銀行 kan4 zhe5 yin2 hang2
著名 zhu4 ming2
"""


@pytest.mark.parametrize("line", PHRASES.strip().splitlines())
def test_phrase_is_read_as_a_speaker_would(line: str, kokoro_bundle: Bundle) -> None:
    phrase, *pinyin = line.split(" ")
    said = readers_of(kokoro_bundle)["zh"](phrase).phonemes.replace(" ", "")
    assert said == "".join(phonemes_of(syllable) or "" for syllable in pinyin)
