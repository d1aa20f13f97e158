-- %1 matches what the first capture matched.
print(("say \"it's\" now"):match("([\"'])(.-)%1"))
print(("abab"):match("^(..)%1$"), ("abac"):match("^(..)%1$"))
