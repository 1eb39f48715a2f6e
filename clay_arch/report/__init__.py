"""Values into words: what a person reads and what a program reads, from the same answer.

The formats
text            a recommendation for a terminal
document        the same as a plain dict, for JSON; entries are its small parts
markdown        the same for a page or a pull request
adr             the same as a decision record (MADR 4)
comparison      the variants side by side
matrix_table    the matrix as the architecture table and its rules
facts_table     what is known about Clay, and what has grown old
explanation     one thing by its id; meanings says what stands behind each kind of id
diagnosis       troubles: cause, remedy and the command that helps

The sentences and rows that the formats share
verdict         what fits, what can run today, whether Clay's limits allow for it
factors         the table of the factors: given, rule, asks for
band            the answer along volume, drawn
cost            what it costs
limits          what breaks first and what a remedy settles; limit_meanings explains each limit
flips           what would change the answer; conditions is the first half of each sentence
rejections      why not the others, and what was considered besides
architecture    what each variant takes of each factor, requires and is like
sources         where the figures come from
phrases         what an answer, a need or a change is called in a sentence
words           how numbers, money, spans of time and lists are written

The screen and the page
layout          headings, tables and paragraphs for a terminal
palette         one accent per variant, for terminal and web
templating      the only module that knows Jinja

Everything is pure: values in, text or dict out; colour, width and date are arguments.
Import from the module itself, so that a command loads only what it needs.
"""
