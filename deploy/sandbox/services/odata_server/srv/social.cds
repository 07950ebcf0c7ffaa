// A social system in the shape of docs/connectors-social.md: what is read, and a little of what must not be.

type Code { brugervendtNoegle : String; titel : String; }
type Unit { orgEnhedId : Integer; titel : String; telefon : String; }
type Address { vejnavn : String; postnummer : String; ![by] : String; kommunekode : String; }

@path : '/odata'
@cds.query.limit : { default : 4, max : 4 }
service Default {
  entity Person {
    key id : Integer64;
    cprnr : String; fornavn : String; mellemnavn : String; efternavn : String; fuldeNavn : String;
    foedselsdato : Date; doedsdato : Date; adressebeskyttelse : Boolean; alder : Integer;
    adresse : Address;
    tidligereCprnr : array of String;
  }
  entity Behandler { key id : Integer64; navn : String; telefon : String; enhed : Unit; }
  entity Frist { key id : Integer64; fristDato : DateTime; }
  entity Sagspart {
    key sag : Association to Sag;
    key id : Integer64;
    cprnr : String; fuldeNavn : String; rolle : String; foraeldremyndighed : Boolean; sammeHusstand : Boolean;
    fraDato : Date; tilDato : Date;
  }
  entity Sag {
    key id : Integer64;
    sagsnummer : String; titel : String; tvang : Boolean; isSensitive : Boolean; kleNummer : String;
    sagstype : Code; status : Code;
    oprettetDato : DateTime; lukketDato : DateTime;
    primaerPerson : Association to Person;
    primaerBehandler : Association to Behandler;
    foerstkommendeFrist : Association to Frist;
    sagsparter : Composition of many Sagspart on sagsparter.sag = $self;
    syntetisk : Boolean;
  }
  entity Ydelse {
    key id : Integer64;
    sagId : Integer64; cprnr : String; borgerNavn : String; ydelsestype : Code; status : Code;
    foranstaltningsparagraf : String; kleNummer : String;
    startdato : Date; slutdato : Date; forventetSlutdato : Date; naesteOpfoelgning : Date; oprettetDato : DateTime;
    leverandoer : Unit;
    ansvarlig : { id : Integer; navn : String; telefon : String; enhed : Unit; };
    formaal : String; omfang : String; anbefaling : String;
    syntetisk : Boolean;
  }
  entity Aktivitet {
    key id : Integer64;
    sagReference : { sagId : Integer64; };
    type : Code; undertype : Code; status : Code; underretter : Code; lovgrundlag : Code; udfald : Code;
    haendelsesDato : DateTime; modtagetDato : DateTime; vurderetDato : DateTime; oprettetDato : DateTime;
    kvitteringDato : Date; underretterOrienteretDato : Date; udfaldDato : Date; fristDato : Date; slutDato : Date;
    baggrundeForUnderretningBarnet : array of Code;
    baggrundeForUnderretningHjemmet : array of Code;
    baggrundeForUnderretningAndet : array of Code;
    medfoerteYdelser : array of Integer;
    vedroerer : array of { relation : String; personId : Integer; cprnr : String; fuldeNavn : String; };
    ufoedt : Boolean; primaerBehandlerNavn : String; primaerBehandlerId : Integer;
    maalType : Code; tekst : String; angivetAf : String; notat : String; beskrivelse : String;
    syntetisk : Boolean;
  } actions {
    function GetBySag(![in] : many $self, Id : Integer64) returns many Aktivitet;
  };
}
