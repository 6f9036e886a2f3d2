"""How well blotquant measures: blots of known truth, analysed as a user would, and scored."""
