#include "domain/language.hpp"

#include <catch2/catch.hpp>

#include <utility>
#include <vector>

using redial::canonical_language_tag;

TEST_CASE("language tags get their canonical form") {
  auto [tag, canonical] = GENERATE(table<std::string, std::string>({
    // as they are
    {"hi-IN", "hi-IN"},
    {"ta-IN", "ta-IN"},
    {"en-IN", "en-IN"},
    {"hi", "hi"},
    {"es-419", "es-419"},
    {"zh-Hant-TW", "zh-Hant-TW"},
    {"de-AT-1901", "de-AT-1901"},
    {"hi-Deva-IN", "hi-Deva-IN"},
    {"und", "und"},
    // letter case
    {"HI-in", "hi-IN"},
    {"ZH-hANT-tw", "zh-Hant-TW"},
    {"ca-ES-VALENCIA", "ca-ES-valencia"},
    // codes that have been replaced, and longer ones for which there is a shorter
    {"iw", "he"},
    {"iw-IL", "he-IL"},
    {"in-ID", "id-ID"},
    {"hin-IN", "hi-IN"},
    {"zh-yue", "yue"},
    {"en-BU", "en-MM"},
    // extensions, kept and in order
    {"hi-IN-u-nu-deva", "hi-IN-u-nu-deva"},
    {"de-DE-u-co-phonebk", "de-DE-u-co-phonebk"},
    {"en-b-foo-a-bar", "en-a-bar-b-foo"},
    {"hi-IN-x-Loud", "hi-IN-x-loud"},
    // grandfathered, with and without a successor
    {"i-klingon", "tlh"},
    {"I-KLINGON", "tlh"},
    {"zh-min-nan", "nan"},
    {"art-lojban", "jbo"},
    {"en-GB-oed", "en-GB-oxendict"},
    {"i-default", "i-default"},
    {"I-Mingo", "i-mingo"},
    {"i-enochian", "i-enochian"},
    {"cel-gaulish", "cel-gaulish"},
    {"zh-min", "zh-min"},
    // private use
    {"x-foo", "x-foo"},
    {"X-Foo-BAR", "x-foo-bar"},
    {"und-x-foo", "und-x-foo"},
  }));
  CAPTURE(tag);
  CHECK(canonical_language_tag(tag) == canonical);
  // What is canonical stays so.
  CHECK(canonical_language_tag(canonical) == canonical);
}

TEST_CASE("what is not a language tag is refused") {
  auto tag = GENERATE(as<std::string>{}, "", "-", "--", "hi-", "-hi", "hi-IN-", "hi--IN", "en_US", "en_us", "hi IN",
    " hi-IN", "hi-IN ", "h", "1", "hi-1", "123", "abcdefghi", "hi-IN-toolongsubtag", "x", "x-", "en-x", "en-x-", "en-u",
    "en-a", "en-a-b", "en-a-bbb-a-ccc", "de-1901-1901", "i-nonsense", "a-DE", "hi-IN.UTF-8", "hi@x=y", "हिन्दी",
    "hi-IN\n", "English (India)", "*", "en-*", "th-TH-TH");
  CAPTURE(tag);
  CHECK_FALSE(canonical_language_tag(tag));
}

TEST_CASE("a NUL does not end a language tag early") {
  CHECK_FALSE(canonical_language_tag(std::string_view{"hi-IN\0x", 7}));
  CHECK_FALSE(canonical_language_tag(std::string_view{"hi\0", 3}));
}

TEST_CASE("language tags of up to 64 characters are taken") {
  std::string tag = "hi-IN-x";
  while (tag.size() < 55)
    tag += "-abcdefg";
  CHECK(tag.size() == 55);
  CHECK(canonical_language_tag(tag) == tag);
  CHECK(canonical_language_tag(tag + "-abcdefgh") == tag + "-abcdefgh");
  CHECK_FALSE(canonical_language_tag(tag + "-abcdefgh-a"));
  CHECK_FALSE(canonical_language_tag(tag + "-abcd-abcde"));
  CHECK_FALSE(canonical_language_tag(std::string(10000, 'a')));
}
