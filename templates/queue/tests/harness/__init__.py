"""What the tests share: a project folder, made-up leads, a proxy that makes trouble."""
