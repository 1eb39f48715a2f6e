"""Takes a living project from one template to another, by a three-way merge in its own git.

climb        the whole of it: look, merge, apply
project      what .clay-arch.yml says a project was made from
repository   the project's git, and the only module that starts it
guards       what must hold before anything is touched
trees        folders and commits as files by path
merge        yours and the new template's, on top of what both came from
settings     which settings are new
record       the decision record that supersedes the one before
outcome      what happened to each file
"""
