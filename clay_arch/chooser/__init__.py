"""The chooser: the same decision in a browser, without a second copy of the rule.

regions     the decision over the whole answer space, as a diagram of its distinct regions
meters      Clay's limits as steps and coefficients, found by asking the engine
wording     what the reports call things, so that the page calls them the same
table       all of it as one document: what the page looks its answers up in
colours     the accents of the variants for light and dark pages
page        the element as one script, and as one file that opens from disk
assets/     the element itself
"""
