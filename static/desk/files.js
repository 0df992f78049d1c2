// The admin skin writes the name of a chosen file into the first text box that it finds, which here asks for something
// else. It leaves alone what says that it is looked after.
for (const input of document.querySelectorAll("input[type=file]")) {
  input.hasChangeListener = true;
}
