# For Doxygen: tables within comments, such as arguments in columns, stay as they were written; what
# is thrown, what it costs and the like are paragraphs; @ is a letter, the name of a header no link.
{
  comment = $0 ~ /^ *\/\/\/ /
  table = $0 ~ /^ *\/\/\/ (in  |  )/
  topic = $0 ~ /^ *\/\/\/ (Throws|Deterministic|Cost:|Source:|Errors,|Standard errors:|Equal distances:)/
}
inside_comment && comment && (table != inside_table || topic) { print "///" }
{ inside_comment = comment; inside_table = table }
table { sub(/\/\/\/ /, "///     ") }
!table && /\/\/\// {
  gsub(/@/, "\\@")
  gsub(/[a-z_]+\.hpp/, "%&")
}
{ print }
