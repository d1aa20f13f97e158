local html = require("html")

local policy = html.sanitize.ugc_policy()
print(policy:sanitize('<b onclick="x()">bold</b><script>steal()</script>')) --> <b>bold</b>

local strict = html.sanitize.new_policy()
strict:allow_elements("p")
strict:allow_attrs("class"):matching("^[a-z]+$"):on_elements("p")
print(strict:sanitize('<p class="note" style="x">text</p>')) --> <p class="note">text</p>
