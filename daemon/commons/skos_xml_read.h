/*
 * skos_xml_read: SKOS in RDF/XML (W3C RDF 1.1 XML Syntax) into a draft, by expat: the third reader of skos_read (skos.h). Everything of the syntax
 * but the order of time: xml:lang, xml:base, rdf:about, ID, nodeID, resource, datatype, property attributes, typed nodes, the parse types,
 * collections, containers and reified statements. Bytes in UTF-8, UTF-16, ISO-8859-1 or US-ASCII. The only module that knows expat.
 *
 * Entities: a DOCTYPE may declare SKOS_ENTITIES_MAX internal ones whose value is short, plain text (`<!ENTITY skos "http://…#">`). Nothing outside of
 * the file is ever read; external, parameter and nested entities, and default attributes (<!ATTLIST>), are faults.
 */
#ifndef ALLIED_DAEMON_COMMONS_SKOS_XML_READ_H
#define ALLIED_DAEMON_COMMONS_SKOS_XML_READ_H

#include "daemon/commons/skos_draft.h"

#define SKOS_ENTITIES_MAX     64u
#define SKOS_ENTITY_BYTES_MAX 255u

/*
 * d->line follows along and stays where the first fault is, which sticks in d->err: ERR_RDF, ERR_UTF8, ERR_DEPTH (SKOS_NESTING_MAX), ERR_TOO_LARGE (one
 * text past SKOS_FILE_BYTES_MAX, or entities that swell the file), ERR_MEMORY, the draft's own.
 */
void skos_xml_read(struct slice bytes, struct draft *d);

#endif
