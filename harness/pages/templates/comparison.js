"use strict";
{% include "tables.js" %}
{% include "figures.js" %}
