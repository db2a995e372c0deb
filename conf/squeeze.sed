# A style sheet without what only its writers need: comments of a line, indents, blanks around punctuation. tr then takes the lines' ends.
s#/\*[^*]*\*/##g
s/^ *//
s/ *\([{};,]\) */\1/g
s/: /:/g
s/;}/}/g
