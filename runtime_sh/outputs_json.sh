# shellcheck shell=bash
# outputs_json: functions of awk that write JSON: any bytes as a string, and the object of all values that were kept.
# requires:

sf_outputs_json() { # prints the functions
  printf '%s\n' '
    BEGIN {
      for (code = 1; code < 32; code++) escape[sprintf("%c", code)] = sprintf("\\u%04x", code)
      escape["\""] = "\\\""
      escape["\\"] = "\\\\"
      ORS = ""
      depth = deep = 0
    }
    function quoted(s,   out) {
      while (match(s, /["\\\001-\037]/)) {
        out = out substr(s, 1, RSTART - 1) escape[substr(s, RSTART, 1)]
        s = substr(s, RSTART + 1)
      }
      return "\"" out s "\""
    }
    function utf8(s,   out) { # what is no UTF-8 becomes the sign for that, U+FFFD
      if (s !~ /[\200-\377]/) return s
      while (s != "") {
        if (match(s, /^([\001-\177]|[\302-\337][\200-\277]|\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]|\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]|\364[\200-\217][\200-\277][\200-\277])+/)) {
          out = out substr(s, 1, RLENGTH)
          s = substr(s, RLENGTH + 1)
        } else {
          out = out "\357\277\275"
          s = substr(s, 2)
        }
      }
      return out
    }
    function indent(levels) { return levels ? "  " indent(levels - 1) : "" }
    function member(name) { print (printed[depth]++ ? ",\n" : "\n") indent(depth + 1) name ": " }
    function field(name, key,   i) { # opens the objects that it is in: one that has no value is left out
      if (!count[key]) return
      while (depth < deep) {
        member(object_name[depth + 1])
        print "{"
        printed[++depth] = 0
      }
      member(name)
      if (count[key] > 1) print "["
      for (i = 1; i <= count[key]; i++) print (i > 1 ? ", " : "") value[key, i]
      if (count[key] > 1) print "]"
    }
    function object(name) { object_name[++deep] = name }
    function object_end() {
      if (depth == deep) print "\n" indent(depth--) "}"
      deep--
    }
    function finish() { print (printed[0] ? "\n" : "") "}\n" }
'
}
