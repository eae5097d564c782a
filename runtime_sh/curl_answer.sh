# shellcheck shell=bash
# curl_answer: what curl's exit status means for a download.
# requires:

sf_curl_answer_judge() { # <exit status> <HTTP status>: success, or -> SF_WHY_NOT; SF_AGAIN when another try may help
  case $1 in
    0) return 0 ;;
    22)
      SF_WHY_NOT="HTTP status $2"
      [[ $2 != 408 && $2 != 429 && $2 != 5?? ]] || SF_AGAIN=1
      return 1
      ;;
    1) SF_WHY_NOT="it leads to another protocol than HTTP, or away from HTTPS" ;;
    3) SF_WHY_NOT="curl cannot read the URL" ;;
    5 | 6) SF_WHY_NOT="the host's name cannot be resolved" SF_AGAIN=1 ;;
    7) SF_WHY_NOT="no connection" SF_AGAIN=1 ;;
    18 | 92) SF_WHY_NOT="the connection was cut before the end" SF_AGAIN=1 ;;
    23) SF_WHY_NOT="it cannot be written: is the disk full?" ;;
    28) SF_WHY_NOT="no answer, or no more of it, for $SF_PATIENCE s" SF_AGAIN=1 ;;
    16 | 35 | 52 | 55 | 56) SF_WHY_NOT="the connection broke" SF_AGAIN=1 ;;
    47) SF_WHY_NOT="too many redirections" ;;
    51 | 58 | 60 | 77) SF_WHY_NOT="the server's certificate cannot be verified" ;;
    *) SF_WHY_NOT="curl's exit status is $1" ;;
  esac
  return 1
}
