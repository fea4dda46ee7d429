"""District, schools, grades, classes and students; people and their posts: who is in charge of whom, and when."""
