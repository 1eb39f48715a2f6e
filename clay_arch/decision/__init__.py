"""The decision, pure: no files, clock, randomness, environment or terminal.

matrix      factors, rules, variants and requirements as values
facts       Clay's facts as values
answers     what the architect said
evaluate    the fit, what blocks it, what can run today
rejected    why not the others
limits      Clay's limits, each held against the workload
budget      which limit binds first, on which day, at what price
compare     the variants side by side
verdict     decision and feasibility in one value
inputs      the numeric inputs as grids
flips       the nearest value of each input that changes the answer
remedies    what to do about a limit, tried and ranked
recommend   all of it: the one function that others call
audit       is a matrix total? unknown names, dead variants, cells
coverage    one factor: gaps, overlaps, dead rules, dead columns
troubles    what goes wrong with Clay: cause, remedy, the command that helps

Values are named tuples where a dataclass would do as well: a dataclass takes four times as long
to define, and the command line defines them all each time it starts.
"""
