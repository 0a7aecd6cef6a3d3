"""Korean: written forms to Hangul, Hangul to sounds by the rules of the Standard Pronunciation."""
