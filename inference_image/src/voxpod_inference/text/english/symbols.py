"""Signs that English reads as words."""

SYMBOLS = {
    "&": "and", "%": "percent", "@": "at", "+": "plus", "=": "equals", "°": "degrees", "$": "dollars", "€": "euros",
    "£": "pounds", "¥": "yen", "₹": "rupees", "¢": "cents", "©": "copyright", "®": "registered", "™": "trademark",
    "×": "times", "÷": "divided by", "±": "plus or minus", "§": "section", "²": "squared", "³": "cubed", "½": "one half",
    "¼": "a quarter", "¾": "three quarters", "⅓": "one third", "⅔": "two thirds", "⅛": "one eighth",
    "√": "square root of", "∞": "infinity", "≈": "about", "≠": "is not equal to", "≤": "at most", "≥": "at least",
    "∑": "sum", "∫": "integral", "∈": "in", "№": "number", "µ": "micro", "‰": "per mill",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "Σ": "sigma", "τ": "tau", "φ": "phi", "Φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Ω": "omega",
}  # fmt: skip
